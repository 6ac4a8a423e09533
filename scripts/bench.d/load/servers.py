"""The servers that are compared, as processes on processors of their own."""

import os
import socket
import subprocess
import time

CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPUS = CPUS[: max(1, len(CPUS) // 2)]
CLIENT_CPUS = CPUS[len(SERVER_CPUS):] or CPUS


class Failed(Exception):
    """Something could not be measured, and why."""


def free_port():
    """A port whose successor is free as well."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


class Server:
    """One way to serve. `start` gives it a process and a port."""

    name = ""
    serves = frozenset()

    def __init__(self, options):
        self.options = options
        self.process = None
        self.port = 0

    def command(self):
        """The program and its arguments."""
        raise NotImplementedError

    @property
    def http2_port(self):
        return self.port

    def start(self):
        self.port = free_port()
        self.process = subprocess.Popen(["taskset", "--cpu-list", ",".join(map(str, SERVER_CPUS)), *self.command()])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with {self.process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise Failed(f"{self.name} does not listen")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def memory(self):
        """The bytes of memory that the process has for itself."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
        raise Failed("the kernel does not tell the memory of a process")


class Ours(Server):
    name = "ours"
    serves = frozenset({"hello", "hosts", "file", "idle", "events", "hello-h2", "hosts-h2"})

    def command(self):
        return [self.options.ours, str(self.port), self.options.files]


class Hummingbird(Server):
    name = "hummingbird"
    serves = Ours.serves

    @property
    def http2_port(self):
        return self.port + 1

    def command(self):
        return [self.options.hummingbird, str(self.port), self.options.files, str(len(SERVER_CPUS))]


class Nginx(Server):
    name = "nginx"
    serves = frozenset({"file"})

    def command(self):
        here = os.path.dirname(os.path.abspath(__file__))
        with open(f"{here}/nginx.conf") as file:
            text = file.read()
        values = {"THREADS": len(SERVER_CPUS), "SCRATCH": self.options.scratch, "PORT": self.port,
                  "FILES": self.options.files}
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        path = f"{self.options.scratch}/nginx.conf"
        with open(path, "w") as file:
            file.write(text)
        return ["nginx", "-c", path, "-p", self.options.scratch, "-e", f"{self.options.scratch}/nginx.log"]

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.process = None
