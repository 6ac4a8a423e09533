"""Ends processes of a lab at random moments, and starts them again."""

import collections
import json
import os
import signal
import subprocess
import threading
import time
from random import Random

from machine import Failed

VICTIMS = ("control-plane", "gateway", "host1", "host2", "host3")
# Seconds between two strikes.
PACE = (0.3, 4.0)
# Seconds until what was ended is started again; half of the time that is at once.
ABSENCE = (0.0, 3.0)
# How long a lab may take to start what is missing of it.
UP_LIMIT = 120


def draw(seed, seconds):
    """When which processes are ended, and when they are started again: `(moment, names, absence)`."""
    random, strikes, moment = Random(f"{seed}/kills"), [], 0.0
    while (moment := moment + random.uniform(*PACE)) < seconds:
        names = random.sample(VICTIMS, random.choices((1, 2, 3), (6, 3, 1))[0])
        strikes.append((moment, names, random.choice((0, random.uniform(*ABSENCE)))))
    return strikes


class Killer:
    """Goes through the strikes on a thread of its own."""

    def __init__(self, program, prefix, port, runtime, strikes):
        self.command = [program, "lab"]
        self.prefix = ["--prefix", prefix]
        self.up = ["--port", str(port), "--runtime", runtime]
        self.strikes = strikes
        self.kills, self.failure = collections.Counter(), None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self.thread.start()

    def join(self):
        """Waits until the last strike is over and everything runs again."""
        self.thread.join()
        if self.failure:
            raise Failed(self.failure)

    def _run(self):
        begin = time.monotonic()
        try:
            for moment, names, absence in self.strikes:
                time.sleep(max(0, begin + moment - time.monotonic()))
                self._kill(names)
                time.sleep(absence)
                self._heal()
        except (Failed, OSError, subprocess.TimeoutExpired, ValueError) as error:
            self.failure = f"the lab: {error}"

    def _kill(self, names):
        status = subprocess.run(
            [*self.command, "status", "--json", *self.prefix], capture_output=True, text=True, timeout=UP_LIMIT)
        for process in json.loads(status.stdout)["processes"]:
            if process["name"] in names and process["isRunning"]:
                os.kill(process["processID"], signal.SIGKILL)
                self.kills[process["name"]] += 1

    def _heal(self):
        done = subprocess.run(
            [*self.command, "up", *self.prefix, *self.up], capture_output=True, text=True, timeout=UP_LIMIT)
        if done.returncode:
            raise Failed(f"does not come up again: {(done.stderr or done.stdout).strip()}")
