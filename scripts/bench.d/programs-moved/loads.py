"""What keeps a program busy while it is moved: `ask.py`, or PostgreSQL's own pgbench."""

import glob
import os
import re
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

from client import Record
from machine import Failed, namespace, run, wait_for


class Asking:
    """One client with one connection; see `ask.py`."""

    def __init__(self, protocol, scratch, netns):
        self.protocol = protocol
        self.path = f"{scratch}/{protocol}.answers"
        self.log = f"{scratch}/{protocol}.log"
        self.netns = netns

    def start(self, address, port):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net={namespace(self.netns)}", sys.executable, Path(__file__).with_name("ask.py"),
                 self.protocol, address, str(port), self.path], stdout=log, stderr=log)
        wait_for("the client", lambda: os.path.exists(self.path) and os.path.getsize(self.path) > 16)
        self.record = Record(self.path)
        wait_for("answers to the client", lambda: self.record.answers > 100)

    def version(self):
        return re.search(r"^version (.*)$", Path(self.log).read_text(), re.M)[1]

    def stop(self):
        """Ends it and gives back when answers came, and what went wrong."""
        self.process.kill()
        self.process.wait()
        failures = [line for line in Path(self.log).read_text().splitlines() if not line.startswith("version")]
        return list(self.record.times(0, self.record.answers)), failures

    def kill(self):
        if getattr(self, "process", None):
            self.process.kill()
            self.process.wait()


class Pgbench:
    """pgbench's standard transaction over one connection, with the programs of the server's own image."""

    # A steady load: at full speed the server would fill its write-ahead log in this time, and move that instead.
    RATE = 500

    def __init__(self, archive, scratch, netns):
        self.folder = f"{scratch}/postgres"
        self.logs = f"{scratch}/pgbench"
        self.netns = netns
        os.makedirs(self.folder)
        with tarfile.open(archive) as outer:
            layer = next(name for name in outer.getnames() if name.endswith("/layer.tar"))
            with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                inner.extractall(self.folder, [member for member in inner if member.name.startswith("usr/")])
        self.loader = glob.glob(f"{self.folder}/usr/lib/*-linux-gnu*/ld-linux*.so.*")[0]

    def _program(self, name):
        program = glob.glob(f"{self.folder}/usr/lib/postgresql/*/bin/{name}")[0]
        return [self.loader, "--library-path", os.path.dirname(self.loader), program,
                "--host", self.address, "--port", str(self.port), "--username", "postgres"]

    def _query(self, text):
        return run(*self._program("psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--command", text, "postgres",
                   netns=namespace(self.netns)).strip()

    def _answers(self):
        try:
            return self._query("select 1") == "1"
        except Failed:
            return False

    def start(self, address, port):
        self.address, self.port = address, port
        wait_for("the database", self._answers)
        run(*self._program("pgbench"), "--initialize", "--quiet", "postgres", netns=namespace(self.netns))
        self._query("checkpoint")
        self.output = open(f"{self.logs}.out", "w+")
        self.process = subprocess.Popen(
            ["nsenter", f"--net={namespace(self.netns)}", *self._program("pgbench"), "--client=1", "--jobs=1",
             "--no-vacuum", "--time=100000", f"--rate={self.RATE}", "--log", f"--log-prefix={self.logs}", "postgres"],
            stdout=self.output, stderr=subprocess.STDOUT)
        wait_for("transactions", lambda: int(self._query("select count(*) from pgbench_history")) > 100)

    def version(self):
        return self._query("show server_version").split()[0]

    def stop(self):
        """Ends it and gives back when answers came, and what went wrong."""
        # pgbench ends its run, and writes down the rest of it, when the clock that it has set itself goes off.
        self.process.send_signal(signal.SIGALRM)
        try:
            status = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            status = "none: it had to be killed"
        self.output.seek(0)
        text = self.output.read()
        self.output.close()
        failures = [line for line in text.splitlines() if re.search("error|abort|fatal|terminated", line)]
        failed = re.search(r"number of failed transactions: (\d+)", text)
        if status != 0:
            failures.append(f"pgbench: exit code {status}")
        if failed is None or failed[1] != "0":
            failures.append(failed[0] if failed else "pgbench has not told what failed")
        times = []
        for path in glob.glob(f"{self.logs}.[0-9]*"):
            # client, number, microseconds it took, script, then when it ended: seconds, microseconds
            times += [int(words[4]) + int(words[5]) / 1e6 for words in map(str.split, open(path)) if len(words) > 5]
        failures += self._books(len(times))
        return times, failures

    def _books(self, transactions):
        """Whether the database holds just the transactions that pgbench has seen succeed, and all of each."""
        history, deltas, accounts, tellers, branches = self._query(
            "select count(*), sum(delta), (select sum(abalance) from pgbench_accounts),"
            " (select sum(tbalance) from pgbench_tellers), (select sum(bbalance) from pgbench_branches)"
            " from pgbench_history").split("|")
        if int(history) != transactions:
            yield f"{history} transactions in the database, {transactions} that pgbench saw"
        if not deltas == accounts == tellers == branches:
            yield f"the sums differ: {deltas}, {accounts}, {tellers}, {branches}"

    def kill(self):
        if getattr(self, "process", None):
            self.process.kill()
            self.process.wait()
