"""Commands, network namespaces, and the client of one way of moving."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from client import Record


class Failed(Exception):
    """Something that was needed did not work; the message is for the user."""


def run(*command, netns=None, stdio_null=False, timeout=60):
    """Runs a command to its end and gives back what it printed.

    With `stdio_null` it has no output but /dev/null, for commands whose children live on and inherit it: a container
    with a pipe to the outside can be dumped, but hardly restored elsewhere.
    """
    words = [str(word) for word in command]
    if netns:
        words = ["nsenter", f"--net={netns}", "--", *words]
    try:
        output = subprocess.DEVNULL if stdio_null else subprocess.PIPE
        done = subprocess.run(
            words, timeout=timeout, text=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{' '.join(words)}: no end after {timeout} s") from error
    if done.returncode != 0:
        message = ((done.stderr or "").strip() or (done.stdout or "").strip()).splitlines()
        raise Failed(f"{' '.join(words)}: {message[-1] if message else f'exit code {done.returncode}'}")
    return done.stdout


def wait_for(what, condition, limit=20):
    """Waits until a condition is true."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.02)


def last_line(path):
    lines = Path(path).read_text().splitlines()
    return lines[-1] if lines else "nothing"


def script(path, text):
    """Writes a shell script; moves are scripts, so that starting commands costs what it costs an operator."""
    Path(path).write_text("#!/bin/sh\nset -e\n" + text)
    os.chmod(path, 0o755)
    return path


def namespace(name):
    return f"/run/netns/{name}"


def start_outside(prefix, program, *arguments):
    """Starts a Python program where the clients of a lab are; it is spoken with over pipes."""
    return subprocess.Popen(
        ["nsenter", f"--net={namespace(f'{prefix}-outside')}", sys.executable, program, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Rig:
    """Two hosts behind a gateway, and a client outside, for the ways that bring no network of their own.

        outside 192.0.2.2 ── 192.0.2.1 gateway ─┬─ 10.77.1.1 ── 10.77.1.2 host-a
                                                └─ 10.77.2.1 ── 10.77.2.2 host-b

    A container's address is routed to it: by the gateway to its host, by the host to its veth pair.
    """

    HOSTS = ("a", "b")

    def __init__(self):
        for name in ("outside", "gateway", "host-a", "host-b"):
            run("ip", "netns", "add", name)
            run("ip", "link", "set", "lo", "up", netns=namespace(name))
        self._join("gateway", "out", "192.0.2.1", "outside", "uplink", "192.0.2.2")
        run("ip", "route", "add", "default", "via", "192.0.2.1", netns=namespace("outside"))
        for number, host in enumerate(self.HOSTS, 1):
            self._join("gateway", f"to-{host}", f"10.77.{number}.1", f"host-{host}", "uplink", f"10.77.{number}.2")
            run("ip", "route", "add", "default", "via", f"10.77.{number}.1", netns=namespace(f"host-{host}"))
        for name in ("gateway", "host-a", "host-b"):
            run("sysctl", "-qw", "net.ipv4.ip_forward=1", netns=namespace(name))

    @staticmethod
    def via(host):
        """The next hop of the gateway towards a host."""
        return f"10.77.{Rig.HOSTS.index(host) + 1}.2"

    @staticmethod
    def route(address, host):
        """The gateway's command that sends an address's packets to a host, or drops them."""
        target = f"{address}/32 via {Rig.via(host)}" if host else f"blackhole {address}/32"
        return f"nsenter --net={namespace('gateway')} ip route replace {target}\n"

    def _join(self, left, left_end, left_address, right, right_end, right_address):
        run("ip", "link", "add", left_end, "netns", left, "type", "veth", "peer", "name", right_end, "netns", right)
        for name, end, address in ((left, left_end, left_address), (right, right_end, right_address)):
            run("ip", "address", "add", f"{address}/24", "dev", end, netns=namespace(name))
            run("ip", "link", "set", end, "up", netns=namespace(name))

    def wire(self, way, host, address, container):
        """Joins a container's namespace, given by its file, to a host and gives it its address."""
        end = f"v-{way}"[:15]
        inside, outer = container, namespace(f"host-{host}")
        run("ip", "link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", "host-" + host, netns=outer)
        # `ip link … netns` wants a name or a process; a name is made for the time being.
        name = f"tmp-{way}-{host}"
        Path(namespace(name)).touch()
        run("mount", "--bind", container, namespace(name))
        run("ip", "link", "set", "eth0", "netns", name, netns=outer)
        run("umount", namespace(name))
        os.unlink(namespace(name))
        run("ip", "link", "set", end, "up", netns=outer)
        mac = json.loads(run("ip", "-json", "link", "show", end, netns=outer))[0]["address"]
        run("ip", "route", "replace", f"{address}/32", "dev", end, netns=outer)
        run("ip", "link", "set", "lo", "up", netns=inside)
        run("ip", "address", "add", f"{address}/32", "dev", "eth0", netns=inside)
        run("ip", "link", "set", "eth0", "up", netns=inside)
        run("ip", "neighbour", "replace", "169.254.1.1", "lladdr", mac, "dev", "eth0", "nud", "permanent", netns=inside)
        run("ip", "route", "replace", "default", "via", "169.254.1.1", "dev", "eth0", "onlink", netns=inside)

    def unwire(self, way, host):
        run("ip", "link", "delete", f"v-{way}"[:15], netns=namespace(f"host-{host}"))


class Client:
    """The client of one way. It sleeps while other ways have their turn."""

    def __init__(self, way, netns, address, port, scratch):
        self.path = f"{scratch}/dumps/{way}.answers"
        self.log = f"{scratch}/{way}-client.log"
        program = Path(__file__).with_name("client.py")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net={netns}", sys.executable, program, address, str(port), self.path],
                stdout=log, stderr=log)
        wait_for(f"the client of {way}", lambda: os.path.exists(self.path) and os.path.getsize(self.path) > 16)
        self.record = Record(self.path)
        wait_for(f"an answer to the client of {way}", lambda: self.record.answers > 10)

    def wake(self):
        """Lets the client work, and waits until it is warm again."""
        self.process.send_signal(signal.SIGCONT)
        self.await_answers(100)

    def sleep(self):
        self.process.send_signal(signal.SIGSTOP)

    def last_word(self):
        """What the client wrote last about a failure."""
        return last_line(self.log)

    def await_answers(self, count, limit=30):
        goal = self.record.answers + count
        wait_for("answers to the client", lambda: self.record.answers >= goal, limit)


def extract(archive, folder):
    """Unpacks the image's root file system."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    run("tar", "-xf", archive, "-C", folder)
    return folder
