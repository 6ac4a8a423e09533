"""What is measured of one build with one fleet."""

import json
import signal
import threading
import time
from pathlib import Path

from probes import Probe
from processes import ControlPlane, Failed, Process, working_copy

PARTS = ("rest", "moves", "events", "restart")


def rounded(figures):
    """Without digits that say nothing."""
    if isinstance(figures, dict):
        return {name: rounded(value) for name, value in figures.items()}
    return round(figures, 3) if isinstance(figures, float) else figures


class Measurement:
    """Start-up first, then the parts that were asked for."""

    def __init__(self, options, size, program):
        self.options, self.size, self.program = options, size, program
        self.figures = {}
        self.serve = self.agents = None
        self.next_container = 0

    def note(self, name, figures):
        self.figures[name] = rounded(figures)
        print(f"  {name}: {self.figures[name]}", flush=True)

    def run(self):
        self.folder = working_copy(self.options, self.size)
        self.start()
        for part in PARTS:
            if part in self.options.parts:
                getattr(self, part)()

    def end(self):
        for process in (self.agents, self.serve):
            if process:
                process.end()

    def simulated(self, *arguments):
        return Process(
            [self.options.simulated, *map(str, arguments)], f"{self.folder}/{arguments[0]}.log")

    def movers(self, at_once, seconds):
        return self.simulated(
            "moves", "--containers", self.size.containers, "--at-once", at_once, "--seconds", seconds, "--first",
            self.next_container, "--operators", self.options.port)

    def start(self):
        self.serve = ControlPlane(self.options, self.program, self.folder)
        seconds = self.serve.wait_until_ready(self.size.patience)
        self.note("start", {
            "seconds": seconds, "cpuSeconds": self.serve.cpu_seconds(), "bytes": self.serve.status("VmRSS"),
            "ledgerBytes": Path(f"{self.folder}/state/ledger.sqlite").stat().st_size})
        before = self.serve.cpu_seconds()
        self.agents = self.simulated(
            "agents", *self.size.arguments(self.options.seed), "--agents", self.options.port + 1)
        self.await_agents("enrolment", self.agents.begun, before)
        self.settle()

    def await_agents(self, name, begun, before):
        """Until all are there, and until the gateway knows all containers, if that comes in time."""
        figures = {}
        # Either may come first.
        missing = {"joined": ("seconds", "cpuSeconds"), "gateway": ("gatewaySeconds", "gatewayCpuSeconds")}
        while missing:
            try:
                said = json.loads(self.agents.line(self.size.patience)[1])
            except Failed:
                if "joined" in missing:
                    raise
                figures["gatewayContainers"] = "not all in time"
                break
            seconds, cpu = missing.pop(said["what"], (None, None))
            if seconds:
                figures |= {seconds: time.monotonic() - begun, cpu: self.serve.cpu_seconds() - before}
        self.note(name, figures)

    def settle(self):
        """Until the process does no more than heartbeats need."""
        end = time.monotonic() + self.size.patience
        last = None
        while time.monotonic() < end:
            before = self.serve.cpu_seconds()
            time.sleep(2)
            used = self.serve.cpu_seconds() - before
            if last is not None and used > 0.8 * last - 0.02:
                return
            last = used

    def rest(self):
        before, begun = self.serve.cpu_seconds(), time.monotonic()
        time.sleep(self.options.seconds)
        used = (self.serve.cpu_seconds() - before) / (time.monotonic() - begun)
        self.note("rest", {
            "cpuShare": used, "bytes": self.serve.status("VmRSS"), "anonymousBytes": self.serve.status("RssAnon"),
            "mostBytes": self.serve.status("VmHWM")})
        probe = Probe(self.options.port)
        found = probe.run(self.options.seconds * 2)
        for name, milliseconds in probe.cpu(self.options.seconds, self.serve.cpu_seconds).items():
            found[name]["cpuMilliseconds"] = milliseconds
        self.note("requests at rest", found)

    def moves(self):
        """How many are planned, driven and recorded; then the same again while requests are measured."""
        size_before = self.ledger_bytes()
        figures = self.timed_moves()
        figures["ledgerBytesPerMove"] = (self.ledger_bytes() - size_before) / max(1, figures["ended"])
        self.note("moves", figures)
        found = {}
        thread = threading.Thread(
            target=lambda: found.update(Probe(self.options.port).run(self.options.seconds * 2 - 2)), daemon=True)
        movers = self.movers(self.options.moves, self.options.seconds * 2)
        time.sleep(1)
        thread.start()
        self.next_container = movers.answer(self.options.seconds * 2 + 90)["next"]
        thread.join(timeout=90)
        self.note("requests while moves run", found)

    def ledger_bytes(self):
        return sum(path.stat().st_size for path in Path(f"{self.folder}/state").glob("ledger.sqlite*"))

    def timed_moves(self):
        completed = self.serve.count("state = 'completed'")
        agents, serve = self.agents.cpu_seconds(), self.serve.cpu_seconds()
        written, begun = self.serve.written_bytes(), time.monotonic()
        movers = self.movers(self.options.moves, self.options.seconds)
        answer = movers.answer(self.options.seconds + 90)
        taken = time.monotonic() - begun
        self.next_container = answer["next"]
        ended = self.serve.count("state = 'completed'") - completed
        return {
            "perSecond": ended / taken, "ended": ended,
            "cpuMillisecondsPerMove": (self.serve.cpu_seconds() - serve) * 1e3 / max(1, ended),
            "cpuShare": (self.serve.cpu_seconds() - serve) / taken,
            "agentsCpuShare": (self.agents.cpu_seconds() - agents) / taken,
            "writtenBytesPerMove": (self.serve.written_bytes() - written) / max(1, ended),
            "milliseconds": answer["moves"], "ends": answer["ended"], "refused": answer["refused"],
            "failures": answer["failures"], "bytes": self.serve.status("VmRSS")}

    def events(self):
        """Those who follow all events, while moves run."""
        seconds = self.options.seconds + 5
        subscribers = self.simulated(
            "subscribe", "--count", self.options.subscribers, "--seconds", seconds, "--operators", self.options.port)
        time.sleep(3)
        moves = self.timed_moves()
        heard = subscribers.answer(seconds + 120)
        self.note("events", heard | {
            "movesPerSecond": moves["perSecond"], "cpuMillisecondsPerMove": moves["cpuMillisecondsPerMove"],
            "bytes": moves["bytes"]})

    def restart(self):
        """The process is killed while moves are under way."""
        movers = self.movers(1000, 600)
        end = time.monotonic() + 30
        while self.serve.count("state IN ('running', 'rollingBack')") < min(900, self.size.containers // 10):
            if time.monotonic() > end:
                break
            time.sleep(0.05)
        self.agents.forget()
        self.serve.end(signal.SIGKILL)
        movers.end()
        is_open = "state NOT IN ('completed', 'failed', 'rolledBack', 'stranded', 'cancelled', 'lost')"
        is_running = "state IN ('running', 'rollingBack')"
        in_flight, opened = self.serve.count(is_running), self.serve.count(is_open)
        self.serve = ControlPlane(self.options, self.program, self.folder)
        ready = self.serve.wait_until_ready(self.size.patience)
        self.await_agents("enrolment after the restart", self.serve.begun, 0)
        end = time.monotonic() + self.size.patience
        while self.serve.count(is_open) > 0:
            if time.monotonic() > end:
                raise Failed(f"{self.serve.count(is_open)} moves have not ended")
            time.sleep(0.2)
        failed = self.serve.count("state IN ('failed', 'rolledBack', 'stranded', 'lost')")
        self.note("restart", {
            "inFlight": in_flight, "open": opened, "readySeconds": ready,
            "allEndedSeconds": time.monotonic() - self.serve.begun, "failedMoves": failed})
