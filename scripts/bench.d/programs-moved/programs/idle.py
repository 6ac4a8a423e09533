"""10,000 idle connections to Redis beside a busy one: in the end each of them must still answer."""

import resource

from conversation import expect
from program import Program
from programs.redis import Redis

CONNECTIONS = 10_000


class Crowd(Redis):
    PACE = 0.02

    def __init__(self, address, port):
        super().__init__(address, port)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.idle = []
        try:
            for number in range(CONNECTIONS):
                idle = Redis(address, port)
                self.idle.append(idle)
                idle.send(f"CLIENT SETNAME idle-{number}\r\n")
                expect(idle.line(), "+OK")
        except (OSError, ValueError):
            self.close()
            raise

    def finish(self, known):
        lost = []
        for number, idle in enumerate(self.idle):
            try:
                idle.send("CLIENT GETNAME\r\n")
                idle.line()
                expect(idle.line(), f"idle-{number}")
            except (OSError, ValueError) as error:
                lost.append(f"{type(error).__name__} {error}")
        if lost:
            raise ValueError(f"{len(lost)} of {CONNECTIONS} idle connections do not answer, the first: {lost[0]}")

    def close(self):
        for idle in self.idle:
            idle.close()
        super().close()


PROGRAM = Program(
    "redis", 6379, {"kept": Crowd}, limits={"memoryBytes": 1 << 30}, start=120,
    command=["redis-server", "--port", "6379", "--save", "", "--protected-mode", "no", "--bind", "0.0.0.0",
             "--maxclients", "11000"])
