"""A simulated fleet beside any other on the machine: its own folder, names and ports."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Another program than this source tree's may be tried with this source tree's page.
PROGRAM = os.environ.get("RELOCATE", str(ROOT / ".build/debug/relocate"))
CONTAINERS = [("acme", "cache", 6379), ("acme", "sessions", 6379), ("umbrella", "site", 80), ("umbrella", "docs", 80)]


def free_port():
    """A port that nothing listens at now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition, seconds=15):
    """Waits for a condition, and fails when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{condition} did not come true within {seconds} seconds"
        time.sleep(0.05)


class SimulatedLab:
    """Three simulated hosts, and two tenants' containers on them. The clock is paused: what moves, a test has moved."""

    hosts = ["host1", "host2", "host3"]

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.agent_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.where = ["--prefix", f"page{os.getpid()}", "--directory", str(self.folder / "lab")]

    def __enter__(self):
        try:
            self.up()
            self._fill()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_):
        self.down()

    def run(self, *words):
        """Runs the program; fails with its own words."""
        environment = {"RELOCATE_HOME": str(ROOT), **os.environ, "RELOCATE_SERVER": self.url}
        done = subprocess.run([PROGRAM, *words], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"relocate {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def up(self):
        """Starts what is missing of it."""
        self.run("lab", "up", "--simulated", *self.where, "--port", str(self.port),
                 "--agent-port", str(self.agent_port))
        wait_until(self.is_whole)

    def down(self):
        self.run("lab", "down", *self.where, "--purge")

    def get(self, path):
        """The answer of the API."""
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return json.load(answer)

    def is_whole(self):
        """Whether the control plane answers and hears every host."""
        try:
            hosts = self.get("/v1/hosts")["items"]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        return len(hosts) == 4 and all(host["state"] == "ready" for host in hosts)

    def kill_control_plane(self):
        """Ends the control plane as a power cut would."""
        status = json.loads(subprocess.run(
            [PROGRAM, "lab", "status", "--json", *self.where], capture_output=True, text=True, timeout=60).stdout)
        process = next(process for process in status["processes"] if process["name"] == "control-plane")
        os.kill(process["processID"], signal.SIGKILL)

    def _fill(self):
        image = self.folder / "image.tar"
        with tarfile.open(image, "w") as archive:
            program = tarfile.TarInfo("bin/stand-in")
            program.mode = 0o755
            archive.addfile(program)
        self.run("images", "import", str(image), "--name", "nothing")
        self.run("pause")
        for tenant in sorted({tenant for tenant, *_ in CONTAINERS}):
            self.run("tenants", "add", tenant)
        for tenant, container, port in CONTAINERS:
            self.run("containers", "create", container, "--tenant", tenant, "--image", "nothing",
                     "--port", str(port), "--", "/bin/stand-in")
        self.settle()

    def settle(self):
        """Waits until every container runs and may move, and every host takes containers."""
        wait_until(lambda: all(container["mobility"]["state"] == "movable" and container["state"] == "running"
                               for container in self.get("/v1/containers")["items"]))

    def container(self, name):
        """A container as the API shows it."""
        return self.get(f"/v1/containers/{name}")

    def send(self, method, path, body=None, headers=()):
        """A request to the API as another operator would send it; gives the answer."""
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **dict(headers)})
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None
