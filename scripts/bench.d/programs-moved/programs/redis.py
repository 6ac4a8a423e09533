"""Redis: INCR must answer 1, 2, 3 and so on, without a gap."""

from conversation import Stream, anew, expect_next
from program import Program


class Redis(Stream):
    def version(self):
        self.send("INFO server\r\n")
        self.line()
        version = None
        while line := self.line():
            if line.startswith("redis_version:"):
                version = line.partition(":")[2]
        return version

    def ask(self, known):
        self.send(f"INCR {known['path']}\r\n")
        line = self.line()
        if not line.startswith(":"):
            raise ValueError(f"answer {line}")
        expect_next(known, int(line[1:]))


PROGRAM = Program("redis", 6379, {"kept": Redis, "new": anew(Redis)})
