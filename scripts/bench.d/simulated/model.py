"""The model in SimPy: prints the number of runs, of stays and of runs that survived, as JSON."""

import json
import random
import sys

import simpy

HOSTS, ATTACKERS, MEAN_STAY, ATTACK, HORIZON = 30, 3, 60.0, 120.0, 3600.0


def container(env, rng, attackers, count):
    """Moves until an attack succeeds; gives back whether one did."""
    host = rng.randrange(HOSTS)
    while True:
        count[0] += 1
        stay = rng.expovariate(1 / MEAN_STAY)
        if host in attackers and stay >= ATTACK:
            yield env.timeout(ATTACK)
            return True
        yield env.timeout(stay)
        other = rng.randrange(HOSTS - 1)
        host = other if other < host else other + 1


def main(runs, seed):
    rng = random.Random(seed)
    stays, survived = [0], 0
    for _ in range(runs):
        env = simpy.Environment()
        process = env.process(container(env, rng, set(rng.sample(range(HOSTS), ATTACKERS)), stays))
        env.run(until=env.any_of([process, env.timeout(HORIZON)]))
        survived += not process.processed
    print(json.dumps({"runs": runs, "stays": stays[0], "survived": survived}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
