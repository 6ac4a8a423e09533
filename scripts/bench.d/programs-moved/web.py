"""Conversations with web servers. A connection that the server closes is a failure, and not made again behind our back."""

import hashlib
import http.client

from conversation import PATIENCE, Conversation, expect, expect_next


class Web(Conversation):
    def __init__(self, address, port):
        self.connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
        self.connection.connect()
        self.connection.auto_open = False

    def get(self, path):
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        # What is behind another server names itself here.
        self.server = response.getheader("X-Powered-By") or response.getheader("Server", "")
        return body

    def version(self):
        self.get("/version")
        return self.server.rpartition("/")[2].split()[0]

    def close(self):
        self.connection.close()


class Page(Web):
    """The page must stay the same."""

    def version(self):
        self.get("/")
        return self.server.rpartition("/")[2].split()[0]

    def ask(self, known):
        body = self.get("/")
        expect(body, known.setdefault("body", body))


class Count(Web):
    """The program counts the requests for each path: there must be no gap."""

    def ask(self, known):
        expect_next(known, int(self.get(known["path"])))


class Digest(Web):
    """The program answers with the path's digest."""

    def ask(self, known):
        known["asked"] = known.get("asked", 0) + 1
        path = f"{known['path']}/{known['asked']}"
        expect(self.get(path).decode().strip(), hashlib.sha256(path.encode()).hexdigest())
