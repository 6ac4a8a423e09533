"""A client that asks an echo server one line at a time over one connection and writes down when answers came.

The record is a file in memory that the benchmark reads while it is being written:

    u64 number of answers, u64 number of failures, then a double for each answer: CLOCK_MONOTONIC in seconds

A failure is anything that shows that the move was noticed: an error, a connection that had to be made again, an answer
out of order, or a server that has lost its memory.
"""

import mmap
import socket
import struct
import sys
import time

CAPACITY = 4_000_000
HEADER = 16
SIZE = HEADER + 8 * CAPACITY
PACE = 0.001


class Record:
    """The shared file, from either side."""

    def __init__(self, path, create=False):
        with open(path, "w+b" if create else "r+b") as file:
            if create:
                file.truncate(SIZE)
            self.memory = mmap.mmap(file.fileno(), SIZE)

    @property
    def answers(self):
        return struct.unpack_from("<Q", self.memory, 0)[0]

    @property
    def failures(self):
        return struct.unpack_from("<Q", self.memory, 8)[0]

    def answered(self, at):
        count = self.answers
        if count == CAPACITY:
            sys.exit("the record is full")
        struct.pack_into("<d", self.memory, HEADER + 8 * count, at)
        struct.pack_into("<Q", self.memory, 0, count + 1)

    def failed(self):
        struct.pack_into("<Q", self.memory, 8, self.failures + 1)

    def times(self, first, last):
        return struct.unpack_from(f"<{last - first}d", self.memory, HEADER + 8 * first)


def converse(connection, record, known):
    """Asks until something is wrong. `known` holds the server's token from one connection to the next."""
    stream = connection.makefile("rb")
    count = 0
    while True:
        count += 1
        connection.sendall(b"%d\n" % count)
        line = stream.readline()
        if not line.endswith(b"\n"):
            raise OSError("the server closed the connection")
        token, _, of_connection, text = line.split()
        record.answered(time.monotonic())
        if int(of_connection) != count or int(text) != count:
            raise OSError(f"answer {line} to question {count}")
        if known.setdefault("token", token) != token:
            known["token"] = token
            raise OSError("the server has lost its memory")
        time.sleep(PACE)


def main(address, port, path):
    record = Record(path, create=True)
    known = {}
    while True:
        try:
            with socket.create_connection((address, int(port)), timeout=20) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                converse(connection, record, known)
        except (OSError, ValueError) as error:
            record.failed()
            print(f"{time.monotonic():.3f} {error}", flush=True)
            time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
