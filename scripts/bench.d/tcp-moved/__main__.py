"""Moves a TCP server at random moments while clients do to it whatever TCP allows; checks every byte and every end."""

import argparse
import http.client
import json
import sys
import threading
import time
from pathlib import Path

for folder in ("pause", "programs-moved"):
    sys.path.append(str(Path(__file__).parent.parent / folder))

import plans  # noqa: E402
import shapes  # noqa: E402
import summary  # noqa: E402
from judge import Judge  # noqa: E402
from kinds import KINDS  # noqa: E402
from lab import Lab  # noqa: E402
from machine import Failed, start_outside, wait_for  # noqa: E402
from report import machine  # noqa: E402

NAME = "tcp"
# How long the server rests after each connection that it accepts on its slow port.
SLOW_ACCEPT_MILLISECONDS = 40
# How long a move waits for the server to accept its clients: for all of them, or too short for a queue of more than a few.
ACCEPT_SECONDS = {"wait": 30, "reset": 0.1}
# What a move can come to after which no other can be made.
LOST = ("stranded", "refused", "unanswered")


class Distance:
    """The process that keeps what the clients send for a while."""

    def __init__(self, options, address):
        self.process = start_outside(
            options.prefix, Path(__file__).with_name("distance.py"), "--server", address,
            "--milliseconds", str(options.round_trip))
        if self.process.stdout.readline() != "ready\n":
            raise Failed("the clients cannot be put at a distance: see above")

    def kill(self):
        self.process.kill()
        self.process.wait()


class Clients:
    """The process that all clients live in."""

    def __init__(self, options, address):
        numbers = (f"--{name}={getattr(options, name)}" for name in ("seed", "moves", "connections"))
        self.process = start_outside(
            options.prefix, Path(__file__).with_name("clients.py"), "--address", address,
            "--kinds", ",".join(options.kinds), *numbers, *(["--usual"] if options.usual else []))
        self.messages = []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self):
        for line in self.process.stdout:
            self.messages.append(json.loads(line))

    def say(self, line):
        try:
            print(line, file=self.process.stdin, flush=True)
        except BrokenPipeError as error:
            raise Failed("the clients' process has ended") from error

    def end(self, is_server_lost):
        """Waits until all connections have ended, each by its deadline at the latest, and gives back what was told."""
        self.say("lost" if is_server_lost else "end")
        self.listener.join()
        self.process.wait()
        if not self.messages or self.messages[-1]["about"] != "end":
            raise Failed("the clients' process has ended before its connections had")
        return self.messages[:-1]

    def kill(self):
        self.process.kill()
        self.process.wait()


def start_server(lab, image, accept_queue):
    """Starts the server's container and gives back its virtual address."""
    lab.begin()
    lab.call("POST", "/v1/policies", {
        "name": NAME, "connections": {"acceptQueue": accept_queue, "acceptSeconds": ACCEPT_SECONDS[accept_queue]}})
    lab.import_image(NAME, image)
    made = lab.call("POST", "/v1/containers?wait=60", {
        "name": NAME, "tenant": "bench", "image": NAME, "policy": NAME,
        "command": ["/usr/bin/tcp-server", str(SLOW_ACCEPT_MILLISECONDS)],
        "ports": [{"port": port} for port in (shapes.REPORTS, shapes.PLAIN, shapes.SLOW, shapes.SMALL)]})
    if made["state"] != "running":
        raise Failed(f"the server's container does not run: {made['stateDetail']}")
    wait_for("the trial dump", lambda: lab.container(NAME)["mobility"]["state"] != "unknown", limit=60)
    mobility = lab.container(NAME)["mobility"]
    if mobility["state"] != "movable":
        raise Failed(f"the server cannot be moved: {mobility.get('reason')} ({mobility.get('log')})")
    return made["virtualAddress"]


def move(lab):
    """One move to a host that the strategy draws, with its record, whatever came of it."""
    begin = time.time()
    limit = time.monotonic() + 10
    while True:
        try:
            record = lab.call("POST", f"/v1/containers/{NAME}/relocate?wait=60", {})
            break
        except Failed as error:
            # The move before is still being cleaned up.
            if ": 409 " not in str(error) or time.monotonic() > limit:
                record = {"state": "refused", "failure": {"message": str(error)}}
                break
            time.sleep(0.1)
            begin = time.time()
        except (OSError, http.client.HTTPException) as error:
            record = {"state": "unanswered", "failure": {"message": str(error)}}
            break
    return {"begin": begin, "end": time.time(), "record": record}


def run_courses(options, lab, clients, courses, begun):
    """Goes through the courses, and gives back the moves. What has begun of each is added to `begun`.

    It ends early when nobody knows any more where the server runs.
    """
    moves = []
    for number, course in enumerate(courses):
        clients.say(number)
        begun += course.connections
        time.sleep(course.delay / 1000)
        if options.still:
            # About the time that a move takes.
            time.sleep(0.3)
        else:
            moves.append(move(lab))
            record = moves[-1]["record"]
            if record["state"] != "completed":
                print(f"move {number + 1}: {record['state']}: {json.dumps(record.get('failure'))}", flush=True)
            if record["state"] in LOST:
                print(f"{len(courses) - number - 1} moves are not made", flush=True)
                break
        if (number + 1) % 100 == 0:
            print(f"course {number + 1} of {len(courses)}", flush=True)
    return moves


def parse():
    parser = argparse.ArgumentParser()
    for name in ("prefix", "image", "runtime", "command-line"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("port", "seed", "moves", "connections", "round-trip"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--without", default="")
    parser.add_argument("--accept-queue", choices=["wait", "reset"], default="wait")
    for name in ("still", "usual"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    named = {name: [kind for kind in getattr(options, name).split(",") if kind] for name in ("kinds", "without")}
    for kind in named["kinds"] + named["without"]:
        if kind not in KINDS:
            sys.exit(f"error: there is no kind '{kind}'\n       There are {', '.join(KINDS)}.")
    options.kinds = [kind for kind in named["kinds"] or KINDS if kind not in named["without"]]
    return options


def main():
    options = parse()
    courses = plans.draw(options.seed, options.moves, options.connections, options.kinds, options.usual)
    begun = []
    lab = Lab(options.port)
    begin = time.monotonic()
    started = []
    try:
        address = start_server(lab, options.image, options.accept_queue)
        if options.round_trip:
            started.append(Distance(options, address))
        clients = Clients(options, address)
        started.append(clients)
        print(f"seed {options.seed}: {options.moves} {'courses without a move' if options.still else 'moves'},"
              f" {sum(len(course.connections) for course in courses)} connections, {options.runtime}", flush=True)
        moves = run_courses(options, lab, clients, courses, begun)
        lost_at = moves[-1]["begin"] if moves and moves[-1]["record"]["state"] in LOST else None
        judge = Judge(begun, options.accept_queue == "reset", lost_at)
        for message in clients.end(lost_at is not None):
            judge.hear(message)
    except Failed as error:
        sys.exit(f"error: {error}")
    finally:
        for process in started:
            process.kill()
    sys.exit(summary.show(options, judge, moves, time.monotonic() - begin, machine()))


if __name__ == "__main__":
    main()
