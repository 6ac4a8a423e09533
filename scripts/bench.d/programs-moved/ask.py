"""A client that asks a program again and again over one connection and writes down when answers came.

It checks every answer. A failure is anything that shows that the move was noticed: an error, a connection that had to
be made again, a number that is missing or comes twice, or another page than before.
"""

import http.client
import socket
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "pause"))

from client import PACE, Record  # noqa: E402

PATIENCE = 20


class Redis:
    """INCR: the answers must be 1, 2, 3 and so on, without a gap."""

    def __init__(self, address, port):
        self.connection = socket.create_connection((address, port), timeout=PATIENCE)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.connection.makefile("rb")

    def version(self):
        self.connection.sendall(b"INFO server\r\n")
        length = int(self._line()[1:])
        lines = self.stream.read(length + 2).decode().splitlines()
        return next(line.split(":")[1] for line in lines if line.startswith("redis_version:"))

    def ask(self, known):
        self.connection.sendall(b"INCR answers\r\n")
        line = self._line()
        if not line.startswith(b":"):
            raise ValueError(f"answer {line}")
        expect_next(known, int(line[1:]))

    def _line(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("the server closed the connection")
        return line


class Web:
    """GET over one connection that is kept: the page must stay the same."""

    def __init__(self, address, port):
        self.connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
        self.connection.connect()
        # A connection that the server closes must not be made again behind our back.
        self.connection.auto_open = False

    def version(self):
        self.connection.request("HEAD", "/none")
        response = self.connection.getresponse()
        response.read()
        return response.getheader("Server", "").rpartition("/")[2]

    def get(self):
        self.connection.request("GET", "/")
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        return body

    def ask(self, known):
        body = self.get()
        if known.setdefault("body", body) != body:
            raise ValueError(f"another page: {body}")


class CountingWeb(Web):
    """The same with a page that counts its requests in memory."""

    def version(self):
        # The application answers GET alone.
        self.connection.request("GET", "/")
        response = self.connection.getresponse()
        response.read()
        return response.getheader("Server", "").rpartition("/")[2]

    def ask(self, known):
        expect_next(known, int(self.get()))


def expect_next(known, number):
    previous, known["number"] = known.get("number"), number
    if previous is not None and number != previous + 1:
        raise ValueError(f"{number} came after {previous}")


PROTOCOLS = {"redis": Redis, "nginx": Web, "python": CountingWeb}


def main(protocol, address, port, path):
    record = Record(path, create=True)
    known = {}
    while True:
        try:
            server = PROTOCOLS[protocol](address, int(port))
            print("version", server.version(), flush=True)
            while True:
                server.ask(known)
                record.answered(time.time())
                time.sleep(PACE)
        except (OSError, ValueError, http.client.HTTPException) as error:
            # Whoever starts before the program listens has seen no move.
            if record.answers:
                record.failed()
                print(f"failure {time.time():.3f} {type(error).__name__} {error}", flush=True)
            time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
