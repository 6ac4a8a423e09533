"""Lets REDbot look at the API and the dashboard's files, and fails on what it warns of.

    redbot_check.py RELOCATE

RELOCATE is the program; it serves an empty fleet from a folder that is removed afterwards.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PATHS = ["/", "/app.js", "/style.css", "/icon.svg", "/livez", "/v1/hosts", "/v1/containers", "/v1/nothing", "/nothing"]
ROOT = Path(__file__).parents[3]


def main(program: str) -> int:
    with tempfile.TemporaryDirectory(prefix="redbot-") as folder:
        command = [program, "serve", "--listen", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0"]
        command += ["--state", f"{folder}/state", "--shared", f"{folder}/shared"]
        command += ["--public", str(ROOT / "Public"), "--migrations", str(ROOT / "Migrations")]
        for name in ("state", "shared"):
            Path(folder, name).mkdir(mode=0o700)
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            line = server.stdout.readline()
            if not line.startswith("operators: "):
                raise SystemExit("error: the control plane does not start")
            # An address without a scheme is plain HTTP.
            address = line.removeprefix("operators: ").strip().removeprefix("http://")
            # No short circuit: one run tells of all.
            return 0 if all([check(f"http://{address}{path}") for path in PATHS]) else 1
        finally:
            server.terminate()
            server.wait()


def check(url: str) -> bool:
    """Whether REDbot has notes on the answer, and none of them is a warning."""
    command = [str(Path(sys.executable).with_name("redbot")), "-o", "har", url]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    try:
        entry = json.loads(result.stdout)["log"]["entries"][0]
    except (ValueError, LookupError):
        print(f"error: {url}: REDbot says nothing: {result.stdout}{result.stderr}")
        return False
    notes = entry["_red_messages"]
    bad = [note for note in notes if note["level"] not in ("GOOD", "INFO")]
    print(f"{url}: {entry['response']['status']}, {len(notes)} notes, {len(bad)} warnings")
    for note in bad:
        print(f"error: {url}: {note['level']}: {note['summary']}")
    return bool(notes) and not bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
