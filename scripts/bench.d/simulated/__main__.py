"""Measures the simulator and SimPy in turn, and compares what they say and how fast."""

import importlib.metadata
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import model

RUNS = {"relocate": 1_000_000, "simpy": 10_000}


def experiment():
    """The same model as an experiment of one point."""
    return {
        "name": "bench", "title": "bench", "question": "bench", "base": {
            "fleet": {"hosts": [
                {"name": f"host{number}", "profile": {"configuration": {}, "network": {}, "services": {}}, "tenants": []}
                for number in range(model.HOSTS)]},
            "policy": {
                "assumedAttackSeconds": model.MEAN_STAY, "clock": {"model": "exponential"}, "dwell": {"minSeconds": 0},
                "placement": {"rule": "uniform"}},
            "attackers": {"count": model.ATTACKERS}, "attack": {"law": "fixed", "seconds": model.ATTACK},
            "horizon": {"seconds": model.HORIZON}},
        "panels": [{
            "name": "point", "title": "point", "x": {"label": "x", "steps": [{"value": 1}]},
            "y": {"measure": "survival", "label": "survival"}, "series": [{"label": "relocate"}]}]}


def timed(command):
    begin = time.monotonic()
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer, time.monotonic() - begin


def relocate(program, document, seed):
    runs = RUNS["relocate"]
    result, seconds = timed(
        [program, "simulate", "--file", document, "--runs", str(runs), "--seed", str(seed), "--threads", "1", "--json"])
    outcome = result["panels"][0]["points"][0]["outcome"]
    stays = runs * (outcome["moves"]["value"] + 1)
    return stays / seconds, outcome["survival"]["value"] * runs, runs


def simpy(seed):
    result, seconds = timed([sys.executable, Path(model.__file__), str(RUNS["simpy"]), str(seed)])
    return result["stays"] / seconds, result["survived"], result["runs"]


def main(program, rounds):
    rates = {"relocate": [], "simpy": []}
    totals = {"relocate": [0, 0], "simpy": [0, 0]}
    with tempfile.TemporaryDirectory() as folder:
        document = f"{folder}/experiment.json"
        Path(document).write_text(json.dumps(experiment()))
        for seed in range(1, rounds + 1):
            for name, measure in (
                    ("relocate", lambda: relocate(program, document, seed)), ("simpy", lambda: simpy(seed))):
                rate, survived, runs = measure()
                rates[name].append(rate)
                totals[name][0] += survived
                totals[name][1] += runs
    for name, values in rates.items():
        survived, runs = totals[name]
        print(f"{name:9} {statistics.median(values):14,.0f} stays/s on one core "
              f"({min(values):,.0f} to {max(values):,.0f}), survival {survived / runs:.4f} in {runs:,} runs")
    (first, first_runs), (second, second_runs) = totals.values()
    share = (first + second) / (first_runs + second_runs)
    z = (first / first_runs - second / second_runs) / math.sqrt(share * (1 - share) * (1 / first_runs + 1 / second_runs))
    ratio = statistics.median(rates["relocate"]) / statistics.median(rates["simpy"])
    print(f"ratio {ratio:.0f}; the two agree with z = {z:.2f}")
    print(f"Python {platform.python_version()}, SimPy {importlib.metadata.version('simpy')}, "
          f"load {os.getloadavg()[0]:.1f}")
    if abs(z) >= 4:
        sys.exit("the two do not agree")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
