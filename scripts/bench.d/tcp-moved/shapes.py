"""Options of TCP that a connection is made with: drawn, and applied to the client's socket."""

import contextlib
import socket
from pathlib import Path

from script import Shape

# The server's listeners, as in scripts/images/tcp/server.c.
PLAIN, SLOW, SMALL = 9001, 9002, 9003
REPORTS = 9000
# How many bytes may go in one direction of a connection of that shape.
LARGEST, LARGEST_OF_SMALL = 2 << 20, 60_000

_SYSCTLS = {"timestamps": "tcp_timestamps", "scaling": "tcp_window_scaling", "sack": "tcp_sack", "ecn": "tcp_ecn"}


def draw(random, kind, usual):
    """The shape of a connection of that kind; with `usual`, none that is odd."""
    if kind == "queued":
        return Shape(port=SLOW)
    chosen = {"keepalive": kind == "keepalive", "inline": kind != "urgent-apart"}
    # Half of them as most programs have it.
    if random.random() < 0.5 or kind == "burst" or usual:
        return Shape(**chosen)
    for name, probability in (("timestamps", 0.4), ("scaling", 0.3), ("sack", 0.3), ("ecn", 0.3), ("nodelay", 0.4)):
        if random.random() < probability:
            chosen[name] = not getattr(Shape(), name)
    if random.random() < 0.25:
        chosen["segment"] = random.choice([88, 300, 536, 1000])
    if random.random() < 0.2:
        chosen["clamp"] = random.choice([4000, 20_000])
    for name in ("send_buffer", "receive_buffer", "server_send_buffer", "server_receive_buffer"):
        if random.random() < 0.2:
            # With the larger ones the window's scale is odd.
            chosen[name] = random.choice([8192, 30_000, 1_000_000, 3_000_000])
    if random.random() < 0.2:
        chosen["port"] = SMALL
    return Shape(**chosen)


def largest(shape):
    """How many bytes its connections may carry in one direction."""
    buffers = (shape.receive_buffer, shape.send_buffer, shape.server_receive_buffer, shape.server_send_buffer)
    has_small_buffer = any(0 < size < 50_000 for size in buffers)
    is_small = shape.port == SMALL or 0 < shape.segment < 500 or shape.clamp or has_small_buffer
    return LARGEST_OF_SMALL if is_small else LARGEST


def _path(name):
    return Path("/proc/sys/net/ipv4") / name


class Defaults:
    """The namespace's own settings, which are changed while a connection's first packet is made, and put back."""

    def __init__(self):
        self.values = {field: int(_path(name).read_text()) for field, name in _SYSCTLS.items()}
        # How often they have been changed.
        self.changes = 0

    @contextlib.contextmanager
    def changed(self, shape):
        """Nothing else of this namespace may connect meanwhile. Who waits for an answer may miss options that it has."""
        odd = {field: int(getattr(shape, field)) for field in _SYSCTLS
               if getattr(shape, field) != getattr(Shape(), field)}
        self.changes += bool(odd)
        for field, value in odd.items():
            _path(_SYSCTLS[field]).write_text(str(value))
        try:
            yield
        finally:
            for field in odd:
                _path(_SYSCTLS[field]).write_text(str(self.values[field]))


def has_options(connection, shape):
    """Whether both ends of a new connection have agreed upon all that its shape has."""
    agreed = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 6)[5]
    wanted = shape.timestamps * 1 | shape.sack * 2 | shape.scaling * 4  # TCPI_OPT_…
    return agreed & wanted == wanted


def make_socket(shape):
    """A socket with its options, not yet connected."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    for option, value in ((socket.SO_SNDBUF, shape.send_buffer), (socket.SO_RCVBUF, shape.receive_buffer)):
        if value:
            made.setsockopt(socket.SOL_SOCKET, option, value)
    for option, value in ((socket.TCP_MAXSEG, shape.segment), (socket.TCP_WINDOW_CLAMP, shape.clamp),
                          (socket.TCP_NODELAY, shape.nodelay)):
        if value:
            made.setsockopt(socket.IPPROTO_TCP, option, value)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, shape.inline)
    if shape.keepalive:
        for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 8)):
            made.setsockopt(socket.IPPROTO_TCP, option, value)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, True)
    return made
