"""Gives every case of the corpus to other HTTP servers and to our own, and compares what they make of it.

    compare.py SERVER [--list]

SERVER is the program http-test-server. A peer may accept or refuse what the corpus lets it accept or refuse; every
other judgement must be explained in differences.json, and every explanation must still be needed.
"""

import argparse
import json
import sys
from pathlib import Path

import corpus
import peers
from exchange import Answer, exchange

HERE = Path(__file__).parent


def observe(case: corpus.Case, found: list[Answer]) -> str:
    """`accept` or `reject`; `misread` if the content has another length; `desync` if the peer and the client have
    different opinions on where the next request begins."""
    before, rest = found[: case.before], found[case.before :]
    if any(answer.status != 200 for answer in before) or len(before) < case.before:
        return "desync"
    if not rest:
        return "reject"
    judged, after = rest[0], rest[1:]
    follows = len(after) == 1 and after[0].text == "/second 0"
    if after and not (case.followed and follows):
        return "desync"
    if judged.status >= 400:
        return "reject"
    if case.followed and not after and not judged.closes:
        return "desync"
    if case.answer and judged.status == 200 and judged.text.split(" ")[-1] != case.answer.split(" ")[-1]:
        return "misread"
    return "accept"


def judge(peer: peers.Peer, cases: list[corpus.Case]) -> dict[str, str]:
    """What differs from the corpus, by the id of the case."""
    differences = {}
    for case in cases:
        found = exchange(peer.path, case)
        observed = observe(case, found)
        if observed not in case.verdicts:
            differences[case.id] = observed
        statuses = [answer.status for answer in found[case.before :]][:1] or ["closed"]
        if peer.name == "relocate" and statuses[0] not in case.allowed:
            differences[case.id] = f"{statuses[0]}"
    return differences


def explained(peer: str, entries: list[dict]) -> dict[str, str]:
    return {case: entry["observed"] for entry in entries if entry["peer"] == peer for case in entry["cases"]}


def report(peer: peers.Peer, differences: dict[str, str], known: dict[str, str], expected: str) -> bool:
    missing = {case: kind for case, kind in differences.items() if known.get(case) != kind}
    stale = {case: kind for case, kind in known.items() if differences.get(case) != kind}
    print(f"{peer.name} {peer.version}: {len(differences)} differences, {len(differences) - len(missing)} explained")
    for case, kind in missing.items():
        print(f"error: {peer.name}: unexplained: {case}: {kind}")
    if stale and not peer.version.startswith(expected):
        print(f"  explained for version {expected} and not seen here: {', '.join(stale)}")
        stale = {}
    for case, kind in stale.items():
        print(f"error: {peer.name}: explained, but not so any more: {case}: {kind}")
    return not missing and not stale


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("server", help="the program http-test-server")
    arguments.add_argument("--list", action="store_true", help="print all differences as JSON instead of comparing")
    options = arguments.parse_args()
    cases = corpus.load(HERE.parent / "Corpus")
    book = json.loads((HERE / "differences.json").read_text())
    with peers.running(options.server) as all_peers:
        found = {peer: judge(peer, cases) for peer in all_peers}
    if options.list:
        print(json.dumps({peer.name: differences for peer, differences in found.items()}, indent=2))
        return 0
    print(f"{len(cases)} cases")
    good = [
        report(peer, differences, explained(peer.name, book["differences"]), book["versions"].get(peer.name, ""))
        for peer, differences in found.items()
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
