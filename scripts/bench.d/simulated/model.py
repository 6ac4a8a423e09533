"""The model in SimPy: prints the numbers of runs, of stays and of runs that survived, and the other figures, as JSON."""

import json
import random
import sys

import simpy

HOSTS, ATTACKERS, MEAN_STAY, ATTACK, HORIZON = 30, 3, 60.0, 120.0, 3600.0


class Run:
    """One container among attackers, and what is counted of it."""

    def __init__(self, rng):
        self.env = simpy.Environment()
        self.rng = rng
        self.attackers = set(rng.sample(range(HOSTS), ATTACKERS))
        self.visits = [0] * HOSTS
        self.stays = self.attempts = self.resisted = 0
        self.beside = 0.0
        self.process = self.env.process(self.container())

    def container(self):
        """Moves until an attack succeeds."""
        host = self.rng.randrange(HOSTS)
        while True:
            self.stays += 1
            self.visits[host] += 1
            stay = self.rng.expovariate(1 / MEAN_STAY)
            if host in self.attackers:
                self.attempts += 1
                if stay >= ATTACK:
                    yield self.env.timeout(ATTACK)
                    self.beside += ATTACK
                    return
                self.beside += min(stay, HORIZON - self.env.now)
                self.resisted += 1
            yield self.env.timeout(stay)
            other = self.rng.randrange(HOSTS - 1)
            host = other if other < host else other + 1

    def go(self):
        self.env.run(until=self.env.any_of([self.process, self.env.timeout(HORIZON)]))


def main(runs, seed):
    rng = random.Random(seed)
    totals = {"runs": runs, "stays": 0, "survived": 0, "attempts": 0, "resisted": 0, "beside": 0, "distinct": 0, "most": 0}
    for _ in range(runs):
        run = Run(rng)
        run.go()
        totals["stays"] += run.stays
        totals["survived"] += not run.process.processed
        totals["attempts"] += run.attempts
        totals["resisted"] += run.resisted
        totals["beside"] += run.beside
        totals["distinct"] += sum(visits > 0 for visits in run.visits)
        totals["most"] += max(run.visits)
    print(json.dumps(totals))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
