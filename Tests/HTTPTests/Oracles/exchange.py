"""Sends a case to a server and reads what comes back, until the server ends the connection."""

import socket
from dataclasses import dataclass

from corpus import Case

SECOND = b"GET /second HTTP/1.1\r\nHost: b\r\n\r\n"
LIMIT = 20  # seconds; only a server that hangs needs them


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    closes: bool


def exchange(path: str, case: Case) -> list[Answer]:
    """The final answers. The client ends its side at once, so that every server comes to an end by itself."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(LIMIT)
        connection.connect(path)
        try:
            connection.sendall(case.bytes + (SECOND if case.followed else b""))
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It has heard enough; its answer can still be read.
        return answers(receive(connection), case)


def receive(connection: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece


def answers(received: bytes, case: Case) -> list[Answer]:
    found: list[Answer] = []
    while received:
        if not received.startswith(b"HTTP/1."):
            # An answer of HTTP/0.9 is content alone, and ends with the connection.
            return found + [Answer(200, received.decode("latin-1"), closes=True)]
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        status = int(lines[0].split(" ")[1])
        has_content = status >= 200 and status not in (204, 304) and not (case.is_head and not found)
        content, received = split(fields, rest) if has_content else (b"", rest)
        if status >= 200:
            closes = fields.get("connection", "").lower() == "close" or "content-length" not in fields
            found.append(Answer(status, content.decode("latin-1"), closes and status != 204))
    return found


def split(fields: dict[str, str], rest: bytes) -> tuple[bytes, bytes]:
    """The content of an answer, and what follows it."""
    if "chunked" in fields.get("transfer-encoding", ""):
        content = b""
        while True:
            size, _, rest = rest.partition(b"\r\n")
            count = int(size, 16)
            content, rest = content + rest[:count], rest[count + 2 :]
            if count == 0:
                return content, rest
    length = int(fields.get("content-length", len(rest)))
    return rest[:length], rest[length:]
