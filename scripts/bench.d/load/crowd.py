"""Many clients at once in one process: `crowd.py PORT COUNT PATH` opens them, says so, and keeps them until its input ends.

Each sends one request. An answer with a length is read and the connection left idle; of a stream every piece is read as
it comes. The last line printed is how many pieces came while all were open.
"""

import select
import socket
import sys

BATCH = 200


class Crowd:
    """The connections and what they wait for."""

    def __init__(self, port, path):
        self.port = port
        self.request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self.poll = select.epoll()
        self.clients = {}
        self.silent = set()
        self.pieces = 0

    def open(self, count):
        while len(self.clients) < count:
            for _ in range(min(BATCH, count - len(self.clients))):
                client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                client.sendall(self.request)
                client.setblocking(False)
                self.clients[client.fileno()] = client
                self.silent.add(client.fileno())
                self.poll.register(client, select.EPOLLIN)
            while self.silent:
                self.read(10)

    def read(self, timeout):
        """Reads what has come. Returns whether the input has ended."""
        events = self.poll.poll(timeout, 1024)
        if not events and timeout:
            sys.exit("error: nothing came for a while")
        for descriptor, _ in events:
            if descriptor == sys.stdin.fileno():
                return True
            if not self.clients[descriptor].recv(65536):
                sys.exit("error: the server has closed a connection")
            self.silent.discard(descriptor)
            self.pieces += 1
        return False

    def keep(self):
        self.pieces = 0
        self.poll.register(sys.stdin, select.EPOLLIN)
        while not self.read(None):
            pass


def main():
    crowd = Crowd(int(sys.argv[1]), sys.argv[3])
    crowd.open(int(sys.argv[2]))
    print("open", flush=True)
    crowd.keep()
    print(crowd.pieces, flush=True)


if __name__ == "__main__":
    main()
