"""A process with 2,000 threads: each counts how often it was asked, and is the kernel's thread that it was."""

from conversation import Stream, expect
from program import Program

THREADS = 2000


class Threads(Stream):
    PACE = 0.002

    def version(self):
        return "-"

    def ask(self, known):
        asked = known["asked"] = known.get("asked", -1) + 1
        self.send(f"{asked % THREADS}\n")
        expect(self.line(), f"{asked % THREADS} {asked // THREADS + 1}")

    def finish(self, known):
        for _ in range(THREADS):
            self.ask(known)


PROGRAM = Program("threads", 7000, {"kept": Threads}, limits={"processes": THREADS + 50})
