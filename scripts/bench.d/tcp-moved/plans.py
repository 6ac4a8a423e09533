"""All that is random of a run, drawn from its seed: connections and moments."""

from dataclasses import dataclass
from random import Random

import shapes
from kinds import KINDS
from script import Plan
from stream import mix

# How many connections are begun together.
GROUPS = {"queued": (4, 12), "burst": (50, 200)}
# Within how many milliseconds: all at once, or some at each stage of a move.
SPREADS = (20, 400)
# One such connection for each so many moves: they last for a minute and more.
MOVES_PER_LONG = 25


@dataclass(frozen=True)
class Course:
    """One move and what is begun around it."""

    # When it is ordered, in milliseconds after the one before has ended.
    delay: int
    connections: tuple


def _connection(seed, number, kind, course, delay, usual):
    random = Random(f"{seed}/{number}")
    shape = shapes.draw(random, kind, usual)
    client, server = KINDS[kind][0](random, shapes.largest(shape))
    identifier = mix(mix(seed & 0xFFFFFFFFFFFFFFFF) + number)
    return Plan(number, identifier, kind, client, server, shape, course, delay, unheard=kind == "abandoned")


def draw(seed, moves, connections, kinds, usual):
    """The courses of a run: `moves` of them, with about `connections` new connections in each.

    With `usual`, all connections have the options that most programs use.
    """
    random = Random(seed)
    delays = [random.randint(0, 500) for _ in range(moves)]
    begun = [[] for _ in range(moves)]
    number = 0

    def begin(kind, course, delay):
        nonlocal number
        begun[course].append(_connection(seed, number, kind, course, delay, usual))
        number += 1

    names = [name for name in kinds if KINDS[name][1]]
    if "half-for-long" in kinds:
        # Where they end before the run does.
        for _ in range(max(1, moves // MOVES_PER_LONG)):
            begin("half-for-long", random.randrange(max(1, moves // 3)), random.randint(0, 500))
    while names and number < moves * connections:
        kind = random.choices(names, [KINDS[name][1] for name in names])[0]
        course = random.randrange(moves)
        # Most begin shortly before, in or after the move.
        delay = random.randint(0, delays[course] + 400)
        spread = random.choice(SPREADS)
        for _ in range(random.randint(*GROUPS.get(kind, (1, 1)))):
            begin(kind, course, delay + (random.randint(0, spread) if kind in GROUPS else 0))
    return [Course(delay, tuple(connections)) for delay, connections in zip(delays, begun)]
