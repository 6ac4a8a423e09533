"""memcached: what was set last is what it gives back."""

from conversation import Stream, anew, expect
from program import Program


class Memcached(Stream):
    def version(self):
        self.send("version\r\n")
        return self.line().split()[1]

    def ask(self, known):
        key, previous = known["path"], known.get("value")
        if previous is not None:
            self.send(f"get {key}\r\n")
            expect(self.line(), f"VALUE {key} 0 {len(previous)}")
            expect(self.line(), previous)
            expect(self.line(), "END")
        known["asked"] = known.get("asked", 0) + 1
        value = f"value {known['asked']} of {key}"
        self.send(f"set {key} 0 0 {len(value)}\r\n{value}\r\n")
        # Whether it was set is not known when no answer comes; the next question finds out.
        known["value"] = None
        expect(self.line(), "STORED")
        known["value"] = value


PROGRAM = Program("memcached", 11211, {"kept": Memcached, "new": anew(Memcached)})
