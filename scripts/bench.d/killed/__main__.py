"""Kills a lab's processes while clients count and containers move, and tells whether anything was lost."""

import argparse
import collections
import json
import os
import sys
import time
from pathlib import Path

for folder in ("pause", "programs-moved"):
    sys.path.append(str(Path(__file__).parent.parent / folder))

import killer  # noqa: E402
from lab import Lab  # noqa: E402
from machine import Failed, start_outside, wait_for  # noqa: E402
from mover import Mover  # noqa: E402
from report import machine, percentile  # noqa: E402

OPEN = ("queued", "running", "rollingBack")
# How long after the last strike everything may take to come to rest, in seconds.
REST = 120


class Clients:
    """The process that all clients live in."""

    def __init__(self, options, servers):
        self.process = start_outside(
            options.prefix, Path(__file__).with_name("counters.py"), "--clients", str(options.clients), *servers)

    def end(self):
        text, _ = self.process.communicate()
        return [json.loads(line) for line in text.splitlines()]

    def kill(self):
        self.process.kill()
        self.process.wait()


def start_servers(lab, options):
    """Starts the servers, and gives back their names and virtual addresses."""
    lab.begin()
    lab.import_image("redis", options.image)
    servers = {}
    for number in range(options.containers):
        made = lab.call("POST", "/v1/containers?wait=60", {
            "name": f"count{number}", "tenant": "bench", "image": "redis", "ports": [{"port": 6379}]})
        if made["state"] != "running":
            raise Failed(f"a container does not run: {made['stateDetail']}")
        lab.expect_movable(made["name"])
        servers[made["name"]] = made["virtualAddress"]
    return servers


def moves(lab, name):
    return lab.call("GET", f"/v1/relocations?container={name}&limit=1000")["items"]


def first_processes(prefix):
    """How many containers run in the lab: first processes of a namespace of processes that are not ours."""
    ours, found = os.readlink("/proc/self/ns/pid"), set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            space = os.readlink(process / "ns/pid")
            is_kept = (process / "comm").read_text().strip() == "pause"
            if f"/{prefix}-" in (process / "cgroup").read_text() and space != ours and not is_kept:
                found.add(space)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return len(found)


def come_to_rest(lab, servers, options):
    """Waits until no move is open and nothing is left of any; gives back what is not as it should be."""
    dumps = Path(f"/var/lib/relocate-lab-{options.prefix}/shared/dumps")

    def complaints():
        found = [f"host {host['name']} is {host['state']}" for host in lab.call("GET", "/v1/hosts")["items"]
                 if host["state"] != "ready"]
        for name in servers:
            container = lab.container(name)
            if container["state"] != "running":
                found.append(f"container {name} is {container['state']}")
            found += [f"move {move['id']} of {name} is {move['state']}" for move in moves(lab, name)
                      if move["state"] in OPEN]
        if (count := first_processes(options.prefix)) != len(servers):
            found.append(f"{count} containers run, where {len(servers)} should")
        if dumps.is_dir() and (left := sorted(os.listdir(dumps))):
            found.append(f"dumps are left: {', '.join(left)}")
        found += [f"alarm: {alarm['message']}" for alarm in lab.call("GET", "/v1/alarms")["items"]
                  if alarm["kind"] in ("stranded", "leftover", "stepPending")]
        return found

    try:
        wait_for("everything to come to rest", lambda: not complaints(), limit=REST)
    except Failed:
        return complaints()
    return []


def show(options, strikes, counters, records, movers, complaints):
    """Everything, for people. Gives back the exit code."""
    failures = [f"client {one['key']} of {one['server']} {one['failure']}" for one in counters if one["failure"]]
    failures += complaints + [failure for mover in movers for failure in mover.failures]
    states = collections.Counter(record["state"] for record in records)
    orders = sum((mover.orders for mover in movers), collections.Counter())
    print("\n" + options.command_line)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"{sum(strikes.kills.values())} killed: " + ", ".join(f"{count} × {name}" for name, count in
                                                              sorted(strikes.kills.items())))
    print(f"{len(records)} moves: " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    print(f"{orders.total()} orders: " + ", ".join(f"{count} {state}" for state, count in sorted(orders.items())))
    longest = sorted(one["longest"] for one in counters)
    stalls = sorted(wait for one in counters for _, wait in one["stalls"])
    print(f"{sum(one['count'] for one in counters)} numbers counted by {len(counters)} clients; longest wait for an answer"
          f" {longest[-1]:.2f} s, of the median client {percentile(longest, 50):.2f} s; {len(stalls)} waits of more than 1 s")
    for failure in failures:
        print(f"failed: {failure}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"commandLine": options.command_line, "seed": options.seed, "kills": strikes.kills, "moves": records,
                       "counters": counters, "failures": failures}, file, indent=1)
    print(f"seed {options.seed}: " + (f"FAILED: {len(failures)} things" if failures else "nothing failed"))
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser()
    for name in ("prefix", "image", "runtime", "program", "command-line"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("port", "seed", "seconds", "containers", "clients"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--json")
    options = parser.parse_args()

    lab, clients, movers = Lab(options.port), None, []
    plan = killer.draw(options.seed, options.seconds)
    strikes = killer.Killer(options.program, options.prefix, options.port, options.runtime, plan)
    try:
        servers = start_servers(lab, options)
        clients = Clients(options, servers.values())
        movers = [Mover(lab, name, options.seed) for name in servers]
        print(f"seed {options.seed}: {options.seconds} s, {len(plan)} strikes, {len(servers)} servers with"
              f" {options.clients} clients each, {options.runtime}", flush=True)
        for one in [*movers, strikes]:
            one.start()
        strikes.join()
        for mover in movers:
            mover.stop()
        complaints = come_to_rest(lab, servers, options)
        # Each client counts a little longer, so that a connection which died in the last strike is found out.
        time.sleep(2)
        counters = clients.end()
        records = [record for name in servers for record in moves(lab, name)]
    except (Failed, OSError) as error:
        sys.exit(f"error: {error}")
    finally:
        if clients:
            clients.kill()
    sys.exit(show(options, strikes, counters, records, movers, complaints))


if __name__ == "__main__":
    main()
