"""The figures as a table, and those of two builds beside each other."""

import os
import platform

from sizes import SIZES


def machine():
    """What the figures depend on."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {"kernel": platform.release(), "processors": f"{len(models)} × {models[0] if models else '?'}",
            "load average at the start": os.getloadavg()[0]}


def get(figures, *names):
    for name in names:
        figures = figures.get(name) if isinstance(figures, dict) else None
    return figures


MIB = 1 / (1 << 20)
# What a line shows: its words, where the figure is, a factor, and the digits behind the point.
LINES = [
    ("start-up, s", ("start", "seconds"), 1, 2),
    ("… processor time, s", ("start", "cpuSeconds"), 1, 2),
    ("memory after it, MiB", ("start", "bytes"), MIB, 0),
    ("all agents enrolled, s", ("enrolment", "seconds"), 1, 1),
    ("… processor time, s", ("enrolment", "cpuSeconds"), 1, 1),
    ("the gateway knows all, s", ("enrolment", "gatewaySeconds"), 1, 1),
    ("… processor time, s", ("enrolment", "gatewayCpuSeconds"), 1, 1),
    ("memory at rest, MiB", ("rest", "bytes"), MIB, 0),
    ("processors at rest", ("rest", "cpuShare"), 1, 2),
    ("moves a second", ("moves", "perSecond"), 1, 0),
    ("… processor time each, ms", ("moves", "cpuMillisecondsPerMove"), 1, 2),
    ("… written each, KiB", ("moves", "writtenBytesPerMove"), 1 / 1024, 1),
    ("… ledger for each, KiB", ("moves", "ledgerBytesPerMove"), 1 / 1024, 1),
    ("… from request to end, p50 ms", ("moves", "milliseconds", "p50"), 1, 0),
    ("… p99 ms", ("moves", "milliseconds", "p99"), 1, 0),
    ("subscribers", ("events", "subscribers"), 1, 0),
    ("… deliveries", ("events", "deliveries"), 1, 0),
    ("… gaps and resets", ("events", "gaps"), 1, 0),
    ("… lag p99, ms", ("events", "lag", "p99"), 1, 0),
    ("… moves a second meanwhile", ("events", "movesPerSecond"), 1, 0),
    ("moves in flight when killed", ("restart", "inFlight"), 1, 0),
    ("… ready again, s", ("restart", "readySeconds"), 1, 2),
    ("… all agents there, s", ("enrolment after the restart", "seconds"), 1, 1),
    ("… all moves ended, s", ("restart", "allEndedSeconds"), 1, 1),
]


def show(result):
    print()
    print(result["commandLine"])
    for name, value in result["machine"].items():
        print(f"  {name:26} {value}")
    columns = [(size, build, figures) for size, builds in result["sizes"].items() for build, figures in builds.items()]
    print()
    print(f"  {'':30}" + "".join(f"{heading(size, build, result):>24}" for size, build, _ in columns))
    for words, path, factor, digits in LINES:
        cells = [cell(result, size, build, path, factor, digits) for size, build, _ in columns]
        if any(cells):
            print(f"  {words:30}" + "".join(f"{one:>24}" for one in cells))
    for part, words in (("requests at rest", "at rest"), ("requests while moves run", "while moves run")):
        show_requests(result, columns, part, words)
    for size, build, figures in columns:
        if "failure" in figures:
            print(f"  {heading(size, build, result)}: {figures['failure']}")


def heading(size, build, result):
    short = f"{SIZES[size].hosts:,}/{SIZES[size].containers:,}"
    return short if len(result["sizes"][size]) == 1 else f"{short} {build}"


def cell(result, size, build, path, factor, digits):
    value = get(result["sizes"][size][build], *path)
    if value is None:
        return ""
    text = f"{value * factor:,.{digits}f}"
    earlier = get(result["sizes"][size].get("before", {}), *path) if build == "now" else None
    return f"{text} ({value / earlier:.2f}×)" if earlier else text


def show_requests(result, columns, part, words):
    names = list(dict.fromkeys(name for _, _, figures in columns for name in figures.get(part, {})))
    if not names:
        return
    title = ("p50, p99, CPU" if part == "requests at rest" else "p50, p99") + f" in ms {words}"
    print(f"\n  {title:30}"
          + "".join(f"{heading(size, build, result):>24}" for size, build, _ in columns))
    for name in names:
        cells = []
        for size, build, figures in columns:
            found = get(figures, part, name)
            text = f"{found['p50']:.1f} / {found['p99']:.1f}" if found else ""
            if found and "cpuMilliseconds" in found:
                text += f" / {found['cpuMilliseconds']:.2f}"
            cells.append(text if not found or found["status"] == 200 else f"{text} ({found['status']})")
        print(f"  {name:30}" + "".join(f"{one:>24}" for one in cells))
