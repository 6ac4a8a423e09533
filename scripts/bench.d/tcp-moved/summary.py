"""What came of a run, for people."""

import bisect
import collections
import json
import statistics
from datetime import datetime

from report import percentile


# Enough of those that failed to see what is wrong.
FAILURES_SHOWN = 20
MOVES_SHOWN = 12


def moves_during(moves, begin, end):
    """Those that had begun before the end, and ended after the beginning. One comes after the other."""
    first = bisect.bisect_right(moves, begin, key=lambda move: move["end"])
    return moves[first:bisect.bisect_left(moves, end, key=lambda move: move["begin"])]


def seconds(timestamp):
    return datetime.fromisoformat(timestamp).timestamp()


def describe_move(move, begin):
    """Lines for a move, all times counted from the beginning of the connection that it met."""
    record = move["record"]
    steps = {step["kind"]: step for step in record.get("steps", [])}
    line = f"move {record.get('id', '-')}: {record['state']}, {record.get('source')} to {record.get('destination')}"
    if "steer" in steps and "release" in steps:
        held, released = (seconds(steps[kind]["startedAt"]) - begin for kind in ("steer", "release"))
        released += steps["release"].get("durationMilliseconds", 0) / 1000
        line += f", held from {held:.3f} to {released:.3f} s"
    yield line
    if record["state"] != "completed":
        for step in steps.values():
            yield (f"  {step['kind']:11}{step['state']:10} {seconds(step['startedAt']) - begin:9.3f} s"
                   f" {step.get('durationMilliseconds', 0):8.1f} ms")
        yield f"  failure: {json.dumps(record.get('failure'))}"


def show_failure(life, wrong, moves, seed):
    plan, client = life.plan, life.client or {"begin": 0, "end": 0}
    print(f"\nfailed: connection {plan.number} ({plan.kind}) of seed {seed}")
    for line in wrong:
        print(f"  {line}")
    print(f"  client: {plan.client}\n  server: {plan.server}\n  shape:  {plan.shape}")
    print(f"  from port {client.get('port')} to {plan.shape.port}, {plan.delay} ms after the beginning of course"
          f" {plan.course}, lasted {client['end'] - client['begin']:.2f} s")
    met = moves_during(moves, client["begin"], client["end"])
    for move in met[:MOVES_SHOWN]:
        for line in describe_move(move, client["begin"]):
            print(f"  {line}")
    if len(met) > MOVES_SHOWN:
        print(f"  … and {len(met) - MOVES_SHOWN} moves more")


def show_kinds(judge, failed):
    """The table of connections by kind."""
    rows = collections.defaultdict(lambda: [0, 0, 0, 0])
    for life in judge.lives.values():
        row = rows[life.plan.kind]
        row[0] += 1
        if life.client:
            row[1] += life.client["sent"]
            row[2] += life.client["received"]
    for life, _ in failed:
        rows[life.plan.kind][3] += 1
    print(f"\n{'kind':24}{'connections':>12}{'MiB to server':>15}{'MiB to client':>15}{'failed':>8}")
    for kind in sorted(rows):
        count, up, down, failures = rows[kind]
        print(f"{kind:24}{count:12}{up / 2**20:15.2f}{down / 2**20:15.2f}{failures:8}")
    total = [sum(row[column] for row in rows.values()) for column in range(4)]
    print(f"{'all':24}{total[0]:12}{total[1] / 2**20:15.2f}{total[2] / 2**20:15.2f}{total[3]:8}")


def show_moves(moves, lives):
    states = collections.Counter(move["record"]["state"] for move in moves)
    pauses = [move["record"]["pauseMilliseconds"] for move in moves
              if move["record"].get("pauseMilliseconds") is not None]
    print("\n" + f"{len(moves)} moves: " + (", ".join(f"{count} {state}" for state, count in states.items()) or "none"))
    if pauses:
        print(f"pauses: p50 {statistics.median(pauses):.0f} ms, p99 {percentile(pauses, 99):.0f} ms,"
              f" longest {max(pauses):.0f} ms")
    met = [len(moves_during(moves, life.client["begin"], life.client["end"])) for life in lives if life.client]
    if moves and met:
        print(f"moves in the life of a connection: p50 {statistics.median(met):.0f}, most {max(met)};"
              f" {sum(1 for count in met if count)} of {len(met)} connections met one")


def show(options, judge, moves, seconds, machine):
    """Everything. Gives back the exit code: 0 when nothing failed."""
    failed = judge.failures()
    unfinished = [move for move in moves if move["record"]["state"] != "completed"]
    for life, wrong in failed[:FAILURES_SHOWN]:
        show_failure(life, wrong, moves, options.seed)
    if len(failed) > FAILURES_SHOWN:
        print(f"\n… and {len(failed) - FAILURES_SHOWN} more")
    print("\n" + options.command_line)
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    show_kinds(judge, failed)
    show_moves(moves, judge.lives.values())
    if judge.reset_in_queue:
        print(f"{judge.reset_in_queue} connections were reset before they had been accepted, as the policy allows")
    if judge.not_judged:
        print(f"{judge.not_judged} connections are not judged: the server was lost before they had ended")
    for failure in judge.other_failures:
        print(f"failed: {failure}")
    if options.json:
        write(options, judge, moves, failed)
    count = len(failed) + len(unfinished) + len(judge.other_failures)
    print(f"seed {options.seed}, {seconds:.0f} s: " + (
        f"FAILED: {len(failed)} connections, {len(unfinished)} moves, {len(judge.other_failures)} other things"
        if count else "nothing failed"))
    return 1 if count else 0


def write(options, judge, moves, failed):
    """All of it, for programs."""
    wrong = {life.plan.number: faults for life, faults in failed}
    lives = [{
        "number": life.plan.number, "kind": life.plan.kind, "shape": str(life.plan.shape),
        "client": str(life.plan.client), "server": str(life.plan.server), "seen": life.client,
        "verdicts": life.verdicts, "wrong": wrong.get(life.plan.number, [])} for life in judge.lives.values()]
    with open(options.json, "w") as file:
        json.dump({"commandLine": options.command_line, "seed": options.seed, "connections": lives, "moves": moves,
                   "failures": judge.other_failures}, file, indent=1)
