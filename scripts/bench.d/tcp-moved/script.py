"""What the two ends of a connection do, step by step; scripts/images/tcp/script.h says what each step is."""

import struct
from dataclasses import dataclass, field

MAGIC = b"tcpm"
WISH_NODELAY, WISH_KEEPALIVE, WISH_URGENT_INLINE, WISH_MAY_BREAK = 1, 2, 4, 8
# As many as the server keeps of one connection.
STEP_LIMIT = 48


@dataclass(frozen=True)
class Step:
    operation: str
    count: int = 0
    chunk: int = 0
    pause: int = 0

    def packed(self):
        return struct.pack("<cxHII", self.operation.encode(), self.pause, self.count, self.chunk)

    def milliseconds(self):
        """How long it takes at least, for want of anything else to wait for."""
        if self.operation == "S":
            return self.pause
        return self.count // self.chunk * self.pause if self.chunk else 0

    def __str__(self):
        words = self.operation
        if self.count:
            words += str(self.count)
        if self.chunk:
            words += f"/{self.chunk}"
        return words + f"~{self.pause}" if self.pause else words


def write(count, chunk=0, pause=0):
    return Step("W", count, chunk, pause)


def read(count, chunk=0, pause=0):
    return Step("R", count, chunk, pause)


def sleep(milliseconds):
    return Step("S", pause=milliseconds)


def awaits(count):
    return Step("A", count)


def lurk(count):
    return Step("L", count)


URGENT = Step("U", 1)
APART = Step("O")
END = Step("F")
AWAIT_READER = Step("E")
CLOSE = Step("C")
RESET = Step("X")
# Of clients only: a few bytes now and then until the server says that nobody wants them.
UNTIL_BROKEN = Step("B", chunk=10, pause=100)
SEE_END = Step("f")
SEE_RESET = Step("x")


@dataclass(frozen=True)
class Role:
    """What one end does: its two halves work at the same time."""

    writer: tuple
    reader: tuple
    # Whether the other end may break the connection while this one writes.
    may_break: bool = False

    def milliseconds(self):
        return sum(step.milliseconds() for step in self.writer + self.reader)

    def __str__(self):
        writer, reader = (" ".join(map(str, half)) or "-" for half in (self.writer, self.reader))
        return f"writer {writer} | reader {reader}"


@dataclass(frozen=True)
class Shape:
    """What is chosen for the sockets of both ends. 0 leaves the kernel's choice."""

    port: int = 9001
    timestamps: bool = True
    scaling: bool = True
    sack: bool = True
    ecn: bool = False
    nodelay: bool = True
    keepalive: bool = False
    inline: bool = True
    segment: int = 0
    clamp: int = 0
    send_buffer: int = 0
    receive_buffer: int = 0
    server_send_buffer: int = 0
    server_receive_buffer: int = 0

    def __str__(self):
        usual = Shape()
        odd = (f"{name} {value}" for name, value in vars(self).items() if value != getattr(usual, name))
        return ", ".join(odd) or "as usual"


@dataclass(frozen=True)
class Plan:
    """One connection."""

    number: int
    identifier: int
    kind: str
    client: Role
    server: Role
    shape: Shape
    # When it begins: in the course of which move, and how many milliseconds after that course's beginning.
    course: int
    delay: int
    # The client breaks it off before the server has heard what to do.
    unheard: bool = field(default=False)

    def header(self):
        """What the client sends first."""
        shape, server = self.shape, self.server
        wishes = (shape.nodelay * WISH_NODELAY | shape.keepalive * WISH_KEEPALIVE | shape.inline * WISH_URGENT_INLINE
                  | server.may_break * WISH_MAY_BREAK)
        steps = server.writer + server.reader
        assert len(steps) <= STEP_LIMIT, self
        return struct.pack(
            "<4sBBBxQII", MAGIC, len(server.writer), len(server.reader), wishes, self.identifier,
            shape.server_send_buffer, shape.server_receive_buffer) + b"".join(step.packed() for step in steps)

    def seconds(self):
        """How long it takes when nothing comes in between, at most."""
        return (self.client.milliseconds() + self.server.milliseconds()) / 1000
