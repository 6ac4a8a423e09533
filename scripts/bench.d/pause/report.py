"""What was measured, as tables and as JSON."""

import platform
import statistics
import subprocess


def percentile(samples, share):
    """The smallest sample that at least `share` of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def collect(options, contenders, absent):
    """Everything, raw samples among it."""
    result = {"commandLine": options.command_line, "machine": machine(), "ways": {}, "absent": absent}
    for contender in contenders:
        result["ways"][contender.way.name] = {
            "summary": contender.way.summary,
            "pauseMilliseconds": contender.pauses,
            "commandMilliseconds": contender.commands,
            "failures": contender.failures,
        }
        relocations = getattr(contender.way, "relocations", None)
        if relocations:
            result["ways"][contender.way.name]["relocations"] = relocations
    return result


def machine():
    """What the figures depend on."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/loadavg") as file:
        load = file.read().split()[0]
    return {
        "kernel": platform.release(),
        "processors": f"{len(models)} × {models[0] if models else platform.machine()}",
        "loadAverage": float(load),
        "criu": version("criu", "--version"),
        "runc": version("runc", "--version"),
        "docker": version("dockerd", "--version"),
        "podman": version("podman", "--version"),
    }


def version(*command):
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    return output.splitlines()[0].strip() if output else None


def show(result):
    """The tables."""
    print()
    print(result["commandLine"])
    for name, value in result["machine"].items():
        print(f"  {name:12} {value}")
    show_pauses(result)
    for name, way in result["ways"].items():
        if "relocations" in way:
            show_steps(name, way["relocations"])


def show_pauses(result):
    ways = result["ways"]
    ours = ways.get("relocate", {}).get("pauseMilliseconds")
    print("\nLongest time between two answers around a move, as the client saw it, in ms")
    print(f"  {'way':16}{'moves':>6}{'p50':>8}{'p99':>8}{'max':>8}{'failed':>8}{'commands':>10}"
          f"{'p50 / ours':>12}{'ours / p50':>12}")
    for name, way in ways.items():
        pauses = way["pauseMilliseconds"]
        if not pauses:
            print(f"  {name:16}{0:6}{'':24}{len(way['failures']):8}")
            continue
        middle = statistics.median(pauses)
        line = f"  {name:16}{len(pauses):6}{middle:8.1f}{percentile(pauses, 99):8.1f}{max(pauses):8.1f}"
        line += f"{len(way['failures']):8}{statistics.median(way['commandMilliseconds']):10.1f}"
        if ours and name != "relocate":
            line += f"{middle / statistics.median(ours):12.1f}{statistics.median(ours) / middle:12.3f}"
        print(line)
    print("  commands: how long the commands of a move took (for relocate the whole relocation, prepare to retire)")
    for name, way in ways.items():
        print(f"  {name}: {way['summary']}")
        for failure in way["failures"]:
            print(f"    failed: {failure}")
    for name, reason in result["absent"].items():
        print(f"  {name}: not measured: {reason}")


def show_steps(way, relocations):
    """Where our own time goes: medians over all moves."""
    print(f"\n{way}: steps of a relocation, medians in ms (as the control plane saw them; in brackets as the agents did)")
    steps, parts, between = {}, {}, []
    for relocation in relocations:
        inside = 0
        for step in relocation["steps"]:
            duration = step.get("durationMilliseconds")
            if duration is None:
                continue
            steps.setdefault(step["kind"], []).append(duration)
            if step["kind"] in ("steer", "checkpoint", "restore", "release"):
                inside += duration
            for name, value in step["timings"].items():
                parts.setdefault(step["kind"], {}).setdefault(name, []).append(value)
        if relocation.get("pauseMilliseconds") is not None:
            between.append(relocation["pauseMilliseconds"] - inside)
    for kind, durations in steps.items():
        inner = ", ".join(f"{name} {statistics.median(values):.1f}" for name, values in parts.get(kind, {}).items())
        print(f"  {kind:12}{statistics.median(durations):8.1f}   {f'({inner})' if inner else ''}")
    pauses = [r["pauseMilliseconds"] for r in relocations if r.get("pauseMilliseconds") is not None]
    if pauses:
        print(f"  {'in between':12}{statistics.median(between):8.1f}   (control plane, from steer to release)")
        print(f"  {'pause':12}{statistics.median(pauses):8.1f}   (steer to release, as the control plane saw it)")
