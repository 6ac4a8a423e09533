"""What was measured, as a table and as JSON."""

import platform
import statistics
import subprocess

from servers import CLIENT_CPUS, SERVER_CPUS


def collect(options, loads, absent):
    """Everything, raw samples among it."""
    return {"commandLine": options.command_line, "machine": machine(), "rounds": options.rounds,
            "seconds": options.seconds, "loads": loads, "absent": absent}


def machine():
    """What the figures depend on."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/loadavg") as file:
        load = file.read().split()[0]
    return {
        "kernel": platform.release(),
        "processors": f"{len(models)} × {models[0] if models else platform.machine()}; "
                      f"servers on {len(SERVER_CPUS)}, clients on {len(CLIENT_CPUS)}",
        "loadAverage": float(load),
        "nginx": version("nginx", "-v"),
        "wrk": version("wrk", "-v"),
        "h2load": version("h2load", "--version"),
    }


def version(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (result.stdout or result.stderr).splitlines()
    return lines[0].strip() if lines else None


def show(result):
    """The table. Ratios are medians over the rounds, in each of which the servers had their turns close together."""
    print()
    print(result["commandLine"])
    for name, value in result["machine"].items():
        print(f"  {name:12} {value}")
    print(f"\nMedians of {result['rounds']} rounds of {result['seconds']} s each")
    print(f"  {'load':10}{'server':13}{'requests/s':>11}{'p99 ms':>9}{'ours/its rate':>15}{'its/ours p99':>14}"
          f"{'KiB each':>10}{'events/s':>10}")
    for name, load in result["loads"].items():
        ours = load["samples"].get("ours", [])
        for server, samples in load["samples"].items():
            show_line(name, server, samples, ours, load["failures"].get(server))
    for name, load in result["loads"].items():
        print(f"  {name}: {load['title']}")
    print("  KiB each: the memory of the process for each connection that is open beside the load")
    for name, reason in result["absent"].items():
        print(f"  {name}: not measured: {reason}")


def show_line(name, server, samples, ours, failure):
    line = f"  {name:10}{server:13}"
    if not samples or failure:
        print(f"{line}not measured: {failure}")
        return
    line += f"{median(samples, 'rate'):11.0f}{median(samples, 'p99'):9.2f}"
    pairs = list(zip(ours, samples))
    if server != "ours" and pairs:
        rate = statistics.median(own["rate"] / other["rate"] for own, other in pairs)
        p99 = statistics.median(other["p99"] / own["p99"] for own, other in pairs)
        line += f"{rate:15.2f}{p99:14.2f}"
    else:
        line += " " * 29
    if samples[0]["bytes_each"] is not None:
        line += f"{median(samples, 'bytes_each') / 1024:10.1f}{median(samples, 'pieces'):10.0f}"
    print(line.rstrip())


def median(samples, name):
    return statistics.median(sample[name] for sample in samples)
