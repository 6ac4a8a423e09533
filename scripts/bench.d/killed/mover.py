"""Moves containers again and again, through a control plane that comes and goes."""

import collections
import http.client
import threading
import time
from random import Random

from api import Conflict
from machine import Failed

# Seconds between the end of a move and the next order.
PACE = (0.0, 1.0)


class Mover:
    """Moves one container on a thread of its own."""

    def __init__(self, lab, name, seed):
        self.lab, self.name, self.random = lab, name, Random(f"{seed}/{name}")
        self.orders, self.failures = collections.Counter(), []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join()

    def _run(self):
        while not self.ended.wait(self.random.uniform(*PACE)):
            try:
                record = self.lab.call("POST", f"/v1/containers/{self.name}/relocate?wait=60", {})
                self.orders[record["state"]] += 1
            except Conflict:
                self.orders["refused"] += 1
            except Failed as error:
                # That it is being started, or cannot write, may be said; anything else is a fault of it.
                if not any(f": {status} " in str(error) for status in (502, 503, 504)):
                    self.failures.append(str(error))
                self.orders["refused"] += 1
            except (OSError, http.client.HTTPException):
                self.orders["unanswered"] += 1
