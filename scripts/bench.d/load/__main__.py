"""Puts servers under the same loads by turns and compares what they do."""

import argparse
import json
import os
import resource
import sys

import report
from loads import SCENARIOS
from servers import Failed, Hummingbird, Nginx, Ours

HOSTS = 30


def make_files(folder):
    """What is served: a file of 1 MiB, and a list of hosts as the control plane would answer it."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/file.bin", "wb") as file:
        file.write(os.urandom(1 << 20))
    hosts = [{"name": f"host{n}", "address": f"10.0.0.{n}", "state": "ready", "zone": f"zone{n % 3}",
              "capacity": {"cpus": 8, "memoryBytes": 16 << 30}, "containers": n % 7,
              "lastHeard": "2026-01-01T00:00:00Z"} for n in range(HOSTS)]
    with open(f"{folder}/hosts.json", "w") as file:
        json.dump({"hosts": hosts}, file)


def begin(options):
    """Starts the servers; one that does not start is reported and left out."""
    servers, absent = [], {}
    for kind in (Ours, Hummingbird, Nginx):
        server = kind(options)
        try:
            server.start()
            servers.append(server)
        except (Failed, OSError) as error:
            absent[kind.name] = str(error)
    return servers, absent


def measure(options, servers, name):
    """Every server takes its turn in each round; who begins changes from round to round."""
    title, load = SCENARIOS[name]
    contenders = [server for server in servers if name in server.serves]
    result = {"title": title, "samples": {server.name: [] for server in contenders}, "failures": {}}
    print(f"{name}: {title}", flush=True)
    for number in range(options.rounds):
        turn = number % len(contenders)
        for server in contenders[turn:] + contenders[:turn]:
            if server.name in result["failures"]:
                continue
            try:
                sample = load(server, options)
                result["samples"][server.name].append(vars(sample))
            except Failed as error:
                result["failures"][server.name] = str(error)
                server.stop()
                server.start()
    return result


def main():
    parser = argparse.ArgumentParser()
    for name in ("scratch", "ours", "hummingbird", "command-line"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--loads", default=",".join(SCENARIOS))
    parser.add_argument("--json")
    options = parser.parse_args()
    names = options.loads.split(",")
    for name in names:
        if name not in SCENARIOS:
            sys.exit(f"error: there is no load '{name}'\n       Known are {', '.join(SCENARIOS)}.")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    options.files = f"{options.scratch}/files"
    make_files(options.files)

    servers, absent = begin(options)
    try:
        loads = {name: measure(options, servers, name) for name in names}
    finally:
        for server in servers:
            server.stop()
    result = report.collect(options, loads, absent)
    report.show(result)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
