"""What keeps a program busy while it is moved: the process of its clients, see `ask.py`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import tools
from client import Record
from machine import Failed, last_line, namespace, wait_for


class Load:
    def __init__(self, name, program, archive, scratch, netns):
        self.name, self.program, self.scratch, self.netns = name, program, scratch, netns
        self.log = f"{scratch}/log"
        self.process = None
        if program.tools:
            tools.unpack(archive, program.tools, f"{scratch}/tools")

    def start(self, address, port):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net={namespace(self.netns)}", sys.executable, Path(__file__).with_name("ask.py"),
                 self.name, address, str(port), self.scratch], stdout=log, stderr=log,
                env={**os.environ, tools.VARIABLE: f"{self.scratch}/tools"})
        self.records = [
            self._record(f"{self.scratch}/{title}.answers") for title in self.program.conversations]
        try:
            for record in self.records:
                wait_for("answers to the clients", lambda: self._lives() and record.answers > 4, self.program.start)
        except Failed as error:
            raise Failed(f"{error}: {last_line(self.log)}") from error

    def _record(self, path):
        wait_for("the clients", lambda: os.path.exists(path) and os.path.getsize(path) > 16)
        return Record(path)

    def _lives(self):
        if self.process.poll() is not None:
            raise Failed("the clients have ended")
        return True

    def version(self):
        # The first may be of a connection that failed.
        return re.findall(r"^version (.*)$", Path(self.log).read_text(), re.M)[-1]

    def stop(self):
        """Ends them and gives back, for each client, its pace and when answers came; and what went wrong."""
        self.process.terminate()
        failures = []
        try:
            self.process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            failures.append("the clients did not end")
            self.kill()
        failures += [
            line for line in Path(self.log).read_text().splitlines() if not line.startswith(("version", "waiting"))]
        kinds = self.program.conversations.values()
        return [(kind.PACE, record.times(0, record.answers)) for kind, record in zip(kinds, self.records)], failures

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
