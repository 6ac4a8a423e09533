"""A small web application, each connection a thread: counts the requests for each path, in memory alone."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes; Nagle's algorithm would hold the second back for 40 ms.
    disable_nagle_algorithm = True
    lock = threading.Lock()
    answered = Counter()

    def do_GET(self):
        with Application.lock:
            Application.answered[self.path] += 1
            body = b"%d\n" % Application.answered[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """A line for each request would be a file that grows, and moves with the container."""


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8000), Application).serve_forever()
