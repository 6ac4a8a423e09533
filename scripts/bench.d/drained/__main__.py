"""Drains a host that carries many containers, and tells how long it took and what clients noticed."""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

for folder in ("pause", "programs-moved"):
    sys.path.append(str(Path(__file__).parent.parent / folder))

from lab import Lab  # noqa: E402
from machine import Failed, wait_for  # noqa: E402
from report import machine  # noqa: E402

PORT = 7
SOURCE = "host1"


def containers(lab):
    return lab.call("GET", "/v1/containers?limit=1000")["items"]


def fill(lab, count):
    """Starts the containers on the host that will be drained, and gives back their virtual addresses."""
    for number in range(1, count + 1):
        lab.call("POST", "/v1/containers?wait=60", {
            "name": f"many{number}", "tenant": "bench", "image": "echo", "command": ["/usr/bin/echo", str(PORT)],
            "ports": [{"port": PORT}], "host": SOURCE})
    wait_for(
        "all containers to be found movable",
        lambda: all(one["state"] == "running" and one["mobility"]["state"] == "movable" for one in containers(lab)),
        limit=120)
    return [one["virtualAddress"] for one in containers(lab)]


def drain(lab):
    """Drains the host, and gives back how many seconds it took until the last container ran elsewhere."""
    begin = time.monotonic()
    lab.call("POST", f"/v1/hosts/{SOURCE}/drain", {})
    wait_for(
        "the host to be empty",
        lambda: all(one["state"] == "running" and one["host"] != SOURCE for one in containers(lab)), limit=600)
    return begin, time.monotonic() - begin


def longest_pauses(records, begin):
    """The longest time between two answers of each server since the drain began, in milliseconds."""
    result = []
    for record in records.values():
        times = [at for at in record["answers"] if at >= begin]
        result.append(max(1000 * (later - earlier) for earlier, later in zip(times, times[1:])))
    return sorted(result)


def main():
    parser = argparse.ArgumentParser()
    for name in ("scratch", "prefix", "image", "runtime"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("port", "containers"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()

    lab = Lab(options.port)
    failures = []
    try:
        lab.begin()
        lab.import_image("echo", options.image)
        print(f"starting {options.containers} containers on {SOURCE}", flush=True)
        addresses = fill(lab, options.containers)
        path = f"{options.scratch}/answers.json"
        client = subprocess.Popen(
            ["ip", "netns", "exec", f"{options.prefix}-outside", sys.executable, Path(__file__).parent / "talk.py", path,
             str(PORT), *addresses])
        try:
            time.sleep(2)
            begin, seconds = drain(lab)
            time.sleep(2)
        finally:
            client.terminate()
            client.wait(timeout=90)
    except Failed as error:
        sys.exit(f"error: {error}")
    with open(path) as file:
        records = json.load(file)
    failures += [f"{address}: {record['failure']}" for address, record in records.items() if record["failure"]]
    relocations = lab.call("GET", "/v1/relocations?limit=200")["items"]
    unfinished = [one for one in relocations if one["state"] != "completed"]
    pauses = longest_pauses(records, begin)
    print(f"{options.containers} containers left {SOURCE} ({options.runtime}) in {seconds:.1f} s, none lost"
          if not failures else f"{len(failures)} of {options.containers} containers' clients noticed")
    print(f"pauses that clients saw: p50 {statistics.median(pauses):.0f} ms, longest {pauses[-1]:.0f} ms; "
          f"{sum(len(record['answers']) for record in records.values())} answers, {len(failures)} failures")
    print(f"{len(relocations)} moves, {len(unfinished)} not completed")
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    for failure in failures:
        print(f"failed: {failure}")
    if failures or unfinished:
        sys.exit(1)


if __name__ == "__main__":
    main()
