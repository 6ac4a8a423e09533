"""Lets hosts die and declares them lost, and tells how soon clients reach their containers elsewhere."""

import argparse
import collections
import json
import os
import signal
import sys
import time
from pathlib import Path

for folder in ("pause", "programs-moved"):
    sys.path.append(str(Path(__file__).parent.parent / folder))

from api import Conflict  # noqa: E402
from lab import Lab  # noqa: E402
from machine import Failed, run, start_outside, wait_for  # noqa: E402
from report import machine, percentile  # noqa: E402

PORT = 7


def fill(lab, count):
    """Starts all containers on one host, and gives back their names by their virtual addresses."""
    for number in range(count):
        lab.call("POST", "/v1/containers?wait=60", {
            "name": f"lost{number}", "tenant": "bench", "image": "echo", "command": ["/usr/bin/echo", str(PORT)],
            "ports": [{"port": PORT}], "host": "host1", "onHostLoss": "restart"})
    found = {lab.container(f"lost{number}")["virtualAddress"]: f"lost{number}" for number in range(count)}
    wait_for("all containers to run", lambda: all(lab.container(name)["state"] == "running" for name in found.values()))
    return found


def reach(options, addresses):
    """The clients, as a process where clients are."""
    return start_outside(options.prefix, Path(__file__).with_name("reach.py"), str(PORT), *addresses)


def answers(clients):
    text, _ = clients.communicate()
    return {one["address"]: one for one in map(json.loads, text.splitlines())}


def die(options, host):
    """Ends the host's agent, and all that its containers consist of."""
    status = json.loads(run(options.program, "lab", "status", "--json", "--prefix", options.prefix))
    for process in status["processes"]:
        if process["name"] == host and process["isRunning"]:
            os.kill(process["processID"], signal.SIGKILL)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"/{options.prefix}-lab/{host}/" in (process / "cgroup").read_text():
                os.kill(int(process.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


def declare_lost(lab, host):
    """Gives back when it was declared. A host whose agent was heard just now is not taken for dead."""
    end = time.monotonic() + 20
    while True:
        begin = time.monotonic()
        try:
            lab.call("POST", f"/v1/hosts/{host}/lost", {"reason": "a benchmark", "confirm": host})
            return begin
        except Conflict:
            if begin > end:
                raise
            time.sleep(0.02)


def come_back(lab, options, host):
    """Starts what is missing of the lab, and takes the host in again."""
    run(options.program, "lab", "up", "--prefix", options.prefix, "--port", options.port, "--runtime", options.runtime,
        stdio_null=True, timeout=120)
    wait_for(f"{host} to be heard", lambda: lab.call("GET", f"/v1/hosts/{host}")["state"] == "lost", limit=60)
    lab.call("POST", f"/v1/hosts/{host}/readmit", {})
    wait_for("all hosts to be ready", lab.hosts_are_up, limit=60)


def victim(lab, names):
    """The host that has most of the containers."""
    return collections.Counter(lab.container(name)["host"] for name in names).most_common(1)[0][0]


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "prefix", "image", "runtime"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("port", "deaths", "containers"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()

    lab, waits, failures = Lab(options.port), [], []
    try:
        lab.begin()
        lab.import_image("echo", options.image)
        servers = fill(lab, options.containers)
        before = answers(reach(options, servers))
        for death in range(options.deaths):
            host = victim(lab, servers.values())
            concerned = [address for address, name in servers.items() if lab.container(name)["host"] == host]
            die(options, host)
            begin = declare_lost(lab, host)
            found = answers(reach(options, concerned))
            for address, one in found.items():
                if one["at"] is None:
                    failures.append(f"death {death + 1}: nobody reaches {servers[address]}")
                elif one["token"] == before[address]["token"]:
                    failures.append(f"death {death + 1}: the process of {servers[address]} that was killed has answered")
                else:
                    waits.append(one["at"] - begin)
            before |= found
            print(f"{host} died with {len(concerned)} containers; the last was reached after"
                  f" {max((one['at'] or begin) - begin for one in found.values()):.2f} s", flush=True)
            come_back(lab, options, host)
    except (Failed, OSError) as error:
        sys.exit(f"error: {error}")
    print("\n" + ", ".join(f"{name} {value}" for name, value in machine().items()))
    waits.sort()
    print(f"{options.deaths} deaths, {options.runtime}: {len(waits)} containers reached elsewhere, p50"
          f" {percentile(waits, 50):.2f} s, p99 {percentile(waits, 99):.2f} s, longest {waits[-1]:.2f} s after the host was"
          " declared lost")
    for failure in failures:
        print(f"failed: {failure}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
