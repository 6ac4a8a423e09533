"""Answers with the digest of the path that it was asked for: any worker can."""

import hashlib

import gunicorn


def application(environment, start_response):
    body = hashlib.sha256(environment["PATH_INFO"].encode()).hexdigest().encode() + b"\n"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body))),
                              ("X-Powered-By", f"gunicorn/{gunicorn.__version__}")])
    return [body]
