"""The control plane and those who play its fleet, as processes."""

import json
import queue
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path


class Failed(Exception):
    """Something could not be measured, and why."""


class Process:
    """A process whose lines are read as they come."""

    def __init__(self, command, log):
        self.begun = time.monotonic()
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True)
        self.name = f"{Path(command[0]).name} {command[1]}"
        self.log = log
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put((time.monotonic() - self.begun, line.rstrip("\n")))
        self.lines.put((time.monotonic() - self.begun, None))

    def line(self, limit, wanted=lambda line: True):
        """The next line that is wanted, and how many seconds after the start it came."""
        end = time.monotonic() + limit
        while True:
            try:
                at, line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Failed(f"{self.name} said nothing for {limit} s; see {self.log}") from None
            if line is None:
                raise Failed(f"{self.name} has ended with {self.process.wait()}; see {self.log}")
            if wanted(line):
                return at, line

    def forget(self):
        """What it has said so far does not count."""
        while not self.lines.empty():
            self.lines.get_nowait()

    def answer(self, limit):
        """What it says in its last line, which is JSON."""
        return json.loads(self.line(limit)[1])

    def cpu_seconds(self):
        """What all of its threads have used, from the clock that the kernel has for each process (clock_getcpuclockid)."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def status(self, name):
        """A figure of /proc/PID/status, in bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise Failed(f"the kernel does not tell the {name} of a process")

    def written_bytes(self):
        for line in Path(f"/proc/{self.process.pid}/io").read_text().splitlines():
            if line.startswith("write_bytes:"):
                return int(line.split()[1])
        raise Failed("the kernel does not tell what a process writes")

    def end(self, how=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ControlPlane(Process):
    """`relocate serve` on a copy of a filled ledger."""

    def __init__(self, options, program, folder):
        self.folder = folder
        super().__init__(
            [program, "serve", "--listen", f"127.0.0.1:{options.port}", "--agent-listen",
             f"127.0.0.1:{options.port + 1}", "--state", f"{folder}/state", "--shared", f"{folder}/shared",
             "--container-network", "10.0.0.0/8", "--virtual-network", "100.64.0.0/10", "--keep-days", "0",
             "--public", f"{options.root}/Public", "--migrations", f"{options.root}/Migrations"],
            f"{folder}/serve.log")

    def wait_until_ready(self, limit):
        """How many seconds it took until agents were served."""
        return self.line(limit, lambda line: line.startswith("agents:"))[0]

    def ledger(self):
        """The ledger, to be read."""
        return sqlite3.connect(f"file:{self.folder}/state/ledger.sqlite?mode=ro", uri=True, timeout=30)

    def count(self, condition):
        """How many moves are recorded for which a condition of SQL holds."""
        database = self.ledger()
        try:
            return database.execute(f"SELECT count(*) FROM relocations WHERE {condition}").fetchone()[0]
        finally:
            database.close()


def filled_folder(options, size):
    """A folder with a ledger of a fleet that nobody has moved; it is made if it is not there."""
    migrations = sorted(path.name for path in Path(f"{options.root}/Migrations").iterdir())
    name = f"{size.hosts}-{size.containers}-{options.seed}-{migrations[-1].split('_')[0]}"
    folder = Path(options.ledgers) / name
    if not (folder / "complete").exists():
        print("  filling a ledger", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "state").mkdir(parents=True, mode=0o700)
        done = subprocess.run(
            [options.simulated, "fill", *size.arguments(options.seed), "--state", str(folder / "state"),
             "--migrations", f"{options.root}/Migrations"], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"the ledger could not be filled: {done.stderr.strip()}")
        (folder / "complete").touch()
    return folder


def working_copy(options, size):
    """A copy of it that may be changed."""
    source = filled_folder(options, size)
    folder = Path(options.ledgers) / "work"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "shared").mkdir(parents=True)
    (folder / "state").mkdir(mode=0o700)
    subprocess.run(
        ["cp", "--reflink=auto", "--preserve=mode", f"{source}/state/ledger.sqlite", f"{folder}/state/"], check=True)
    return folder
