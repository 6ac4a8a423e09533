"""A lab's control plane, over its API."""

import http.client
import json

from machine import Failed


class Conflict(Failed):
    """What was asked for cannot be done as things stand."""


class API:
    def __init__(self, port):
        self.port = port

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        raw = isinstance(body, bytes)
        kind = "application/x-tar" if raw else "application/json"
        connection.request(method, path, body if raw or body is None else json.dumps(body), {"Content-Type": kind})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status >= 300:
            failure = Conflict if response.status == 409 else Failed
            raise failure(f"{method} {path}: {response.status} {text.decode()}")
        return json.loads(text) if text else None

    def import_image(self, name, archive):
        with open(archive, "rb") as file:
            self.call("POST", f"/v1/images?name={name}", file.read())

    def container(self, name):
        return self.call("GET", f"/v1/containers/{name}")

    def hosts_are_up(self):
        try:
            hosts = self.call("GET", "/v1/hosts")["items"]
        except (OSError, http.client.HTTPException):
            return False
        return len(hosts) == 4 and all(host["state"] == "ready" for host in hosts)
