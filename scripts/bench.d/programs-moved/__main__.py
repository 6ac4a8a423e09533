"""Moves programs that people run, each under the load of clients, and counts what the clients noticed."""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "pause"))

import table  # noqa: E402
from lab import Lab, anatomy  # noqa: E402
from loads import Load  # noqa: E402
from machine import Failed  # noqa: E402
from program import program  # noqa: E402
from report import machine  # noqa: E402


def measure(name, options, lab):
    """All moves of one program."""
    subject = program(name)
    image = subject.image
    result = {"pauseMilliseconds": [], "relocations": [], "failures": [], "notes": [], "answers": 0}
    if options.as_root and subject.image_as_root:
        image = subject.image_as_root
        result["notes"].append(
            "run by root, with a library that hides it: this machine's root lacks CAP_SYS_RESOURCE, and then CRIU can"
            " dump no other user's processes")
    archive, scratch = f"{options.images}/{image}.tar", f"{options.scratch}/{name}"
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    load = Load(name, subject, archive, scratch, f"{options.prefix}-outside")
    try:
        lab.import_image(image, archive)
        address = lab.create(name, image, subject)
        if subject.ends_because:
            lab.expect_ended(name)
            result["notes"].append(f"does not run: {subject.ends_because}")
            return result
        load.start(address, subject.port)
        result["version"] = load.version()
        lab.expect_movable(name)
        result["anatomy"] = anatomy(options.prefix)
        begins = move(name, subject, options.moves, lab, result)
        clients, failures = load.stop()
        result["failures"] += failures
        result["answers"] = sum(len(times) for _, times in clients)
        for (pace, times), kind in zip(clients, ("pauseMilliseconds", "newMilliseconds")):
            result[kind] = pauses(pace, times, begins)
            if len(result[kind]) < len(begins):
                result["failures"].append("no answers after the last moves")
    except (Failed, OSError) as error:
        result["failures"].append(str(error))
    finally:
        load.kill()
        try:
            lab.remove(name)
        except (Failed, OSError) as error:
            print(f"  {name} could not be removed: {error}", file=sys.stderr)
    return result


def move(name, subject, moves, lab, result):
    """Moves it again and again, and gives back when the moves began that succeeded."""
    begins, refused = [], 0
    try:
        while len(begins) + len(result["failures"]) < moves:
            begin, relocation = time.time(), lab.move(name)
            if relocation["state"] == "completed":
                begins.append(begin)
                result["relocations"].append(relocation)
            elif subject.refused and subject.refused[0] in in_words(relocation) and refused < 10 * moves:
                refused += 1
            else:
                result["failures"].append(in_words(relocation))
            time.sleep(subject.rest)
    except Failed as error:
        # Nobody knows where the container is now: no further moves.
        result["failures"].append(str(error))
    if refused:
        result["notes"].append(f"{refused} moves were refused and asked for again: {subject.refused[1]}")
    return begins


def in_words(relocation):
    return f"move {relocation['id']} is {relocation['state']}: {json.dumps(relocation.get('failure') or {})}"


def pauses(pace, times, begins):
    """The longest that a client waited for an answer from the beginning of each move to that of the next, in milliseconds.

    A client asks `pace` seconds after it was answered.
    """
    result, index = [], 0
    for number, begin in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else float("inf")
        gaps = []
        while index + 1 < len(times) and times[index] < end:
            if times[index + 1] >= begin:
                gaps.append(max(0, times[index + 1] - times[index] - pace) * 1000)
            index += 1
        if not gaps:
            break
        # The gap that reaches over the beginning of a move belongs to both; nearly always it is none.
        index = max(0, index - 1)
        result.append(max(gaps))
    return result


def main():
    parser = argparse.ArgumentParser()
    for name in ("scratch", "prefix", "images", "programs", "runtime", "command-line"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("port", "moves"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--as-root", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()

    lab = Lab(options.port)
    result = {"commandLine": options.command_line, "runtime": options.runtime, "programs": {}}
    try:
        lab.begin()
    except Failed as error:
        sys.exit(f"error: {error}")
    began = time.monotonic()
    for name in options.programs.split(","):
        print(f"moving {name} {options.moves} times", flush=True)
        result["programs"][name] = measure(name, options, lab)
        for failure in result["programs"][name]["failures"][:5]:
            print(f"  failed: {failure}", flush=True)
    result["seconds"] = round(time.monotonic() - began)
    result["machine"] = machine()
    table.show(result)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)
    if any(program["failures"] for program in result["programs"].values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
