"""Puts the control plane beneath fleets of several sizes and tells what it needs and how fast it is."""

import argparse
import json
import resource
import sys

import table
from measuring import PARTS, Measurement
from processes import Failed
from sizes import SIZES


def options():
    parser = argparse.ArgumentParser()
    for name in ("relocate", "simulated", "root", "ledgers", "command-line"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("seconds", "moves", "subscribers", "seed", "port"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--sizes", required=True)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--before")
    parser.add_argument("--json")
    found = parser.parse_args()
    for chosen, known, what in ((found.sizes, SIZES, "size"), (found.parts, PARTS, "part")):
        for name in chosen.split(","):
            if name not in known:
                sys.exit(f"error: there is no {what} '{name}'\n       Known are {', '.join(known)}.")
    found.sizes = found.sizes.split(",")
    found.parts = found.parts.split(",")
    return found


def main():
    found = options()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    builds = {"now": found.relocate}
    if found.before:
        builds = {"before": found.before, "now": found.relocate}
    result = {"commandLine": found.command_line, "machine": table.machine(), "sizes": {}}
    failed = False
    for size in found.sizes:
        result["sizes"][size] = {}
        for name, program in builds.items():
            print(f"{size}: {SIZES[size].words}{', ' + name if found.before else ''}", flush=True)
            measurement = Measurement(found, SIZES[size], program)
            try:
                measurement.run()
            except Failed as error:
                failed = True
                print(f"error: {error}", file=sys.stderr, flush=True)
                measurement.figures["failure"] = str(error)
            finally:
                measurement.end()
            result["sizes"][size][name] = measurement.figures
            if found.json:
                with open(found.json, "w") as file:
                    json.dump(result, file, indent=1)
    table.show(result)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
