"""Moves one echo server in several ways by turns and compares the pauses that its client sees."""

import argparse
import json
import sys
import time

import report
from docker_way import Docker
from machine import Client, Failed, Rig
from podman_way import Podman
from relocate_way import Relocate, RelocateBefore, RelocateDocker
from runc_way import LeanRunc, Runc

WAYS = {way.name: way for way in (Relocate, RelocateBefore, Runc, LeanRunc, RelocateDocker, Docker, Podman)}


class Contender:
    """A way, its client, and what was measured."""

    def __init__(self, way, scratch):
        self.way = way
        self.client = Client(way.name, *way.start(), scratch)
        self.client.sleep()
        self.pauses = []
        self.commands = []
        self.failures = []
        self.is_broken = False

    def take_turn(self):
        """One move with an awake client."""
        self.way.make_ready()
        self.client.wake()
        record = self.client.record
        first, noticed = record.answers - 50, record.failures
        begin = time.monotonic()
        try:
            self.way.move()
            self.commands.append((time.monotonic() - begin) * 1000)
            # Packets that were lost come again up to some seconds later.
            self.client.await_answers(100, limit=20)
            times = record.times(first, record.answers)
            self.pauses.append(max(b - a for a, b in zip(times, times[1:])) * 1000)
            if record.failures > noticed:
                self.failures.append(f"the client noticed: {self.client.last_word()}")
        except Failed as error:
            # Nobody knows where the container is now: no further moves.
            self.failures.append(str(error))
            self.is_broken = True
        finally:
            self.client.sleep()


def begin(options):
    """Starts all ways; one that cannot be started is reported and left out."""
    rig = Rig()
    contenders, absent = [], {}
    for name in options.ways.split(","):
        print(f"starting {name}", flush=True)
        try:
            contenders.append(Contender(WAYS[name](options, rig), options.scratch))
        except Failed as error:
            absent[name] = str(error)
            print(f"  cannot be measured here: {error}", flush=True)
    return contenders, absent


def measure(options, contenders):
    """Every way moves the container once a round; who begins changes from round to round."""
    for number in range(options.moves):
        turn = number % len(contenders)
        for contender in contenders[turn:] + contenders[:turn]:
            if not contender.is_broken:
                contender.take_turn()
        if (number + 1) % 10 == 0 or number + 1 == options.moves:
            print(f"round {number + 1} of {options.moves}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("scratch", "prefix", "image", "relocate", "ways", "command-line"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--moves", type=int, required=True)
    parser.add_argument("--before")
    parser.add_argument("--json")
    options = parser.parse_args()
    unknown = [name for name in options.ways.split(",") if name not in WAYS]
    if unknown:
        sys.exit(f"error: there is no way '{unknown[0]}'\n       Known are {', '.join(WAYS)}.")

    try:
        contenders, absent = begin(options)
        if not contenders:
            sys.exit("error: no way could be started")
        measure(options, contenders)
    except Failed as error:
        sys.exit(f"error: {error}")
    result = report.collect(options, contenders, absent)
    report.show(result)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
