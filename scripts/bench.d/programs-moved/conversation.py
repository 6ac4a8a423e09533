"""What conversations have in common. Each is a class:

    Conversation(address, port)  connects
    version()                    what the program says of itself; only asked of a program's first conversation
    ask(known)                   asks once and checks the answer; `known` outlives the connection
    finish(known)                optional: checks what can be checked when the moves are over
    close()
    PACE                         seconds between two questions

Whatever shows that a move was noticed is an exception: an answer that does not come within PATIENCE, an error, a wrong
number, a connection that has ended.
"""

import socket

PATIENCE = 20


class Conversation:
    PACE = 0.005

    def finish(self, known):
        pass

    def close(self):
        pass


class Stream(Conversation):
    """Lines over one connection."""

    def __init__(self, address, port):
        self.connection = socket.create_connection((address, port), timeout=PATIENCE)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.connection.makefile("rb")

    def send(self, text):
        self.connection.sendall(text.encode())

    def line(self):
        line = self.stream.readline()
        if not line.endswith(b"\n"):
            raise OSError("the server closed the connection")
        return line.decode().rstrip("\r\n")

    def close(self):
        self.stream.close()
        self.connection.close()


def anew(kind, pace=0.05):
    """The same conversation with a new connection for each question."""

    class Anew(Conversation):
        PACE = pace

        def __init__(self, address, port):
            self.where = address, port

        def ask(self, known):
            once = kind(*self.where)
            try:
                once.ask(known)
            finally:
                once.close()

    return Anew


def expect(answer, wanted):
    if answer != wanted:
        raise ValueError(f"the answer was {answer!r}, not {wanted!r}")


def expect_next(known, number):
    previous, known["number"] = known.get("number"), number
    if previous is not None and number != previous + 1:
        raise ValueError(f"{number} came after {previous}")
