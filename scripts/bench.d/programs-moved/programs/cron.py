"""cron under supervisord: each minute has its line, once, and the loop beside it counts without a gap.

The moves are spread over two minutes, or there would be nothing for cron to do.
"""

import time

from conversation import Stream, expect_next
from program import Program


class Ticks(Stream):
    PACE = 0

    def version(self):
        return "-"

    def ask(self, known):
        word, number = self.line().split()
        if word == "tick":
            expect_next(known, int(number))
            return
        minute, previous = int(number) // 60, known.get("minute")
        known["minute"] = minute
        if previous is not None and minute != previous + 1:
            raise ValueError(f"cron ran in minute {minute} after minute {previous}")

    def finish(self, known):
        if "minute" not in known:
            raise ValueError("cron has not run")
        # It takes cron a moment to run what a minute begins with.
        if (time.time() - 5) // 60 > known["minute"]:
            raise ValueError(f"cron ran last in minute {known['minute']}")


PROGRAM = Program("cron", 9000, {"kept": Ticks}, rest=6)
