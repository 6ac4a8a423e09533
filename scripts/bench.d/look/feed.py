"""A control plane that is none: a made-up fleet, its lists and its events, as the API has them.

It moves nothing. It is for measuring the page with more hosts, containers and events than one machine can carry.
"""

import collections
import http.server
import json
import math
import mimetypes
import pathlib
import queue
import random
import threading
import time
import urllib.parse

STEPS = ["prepare", "arm", "steer", "checkpoint", "restore", "release", "announce", "seal", "retire"]
KERNELS = ["6.1.0-18-amd64", "6.8.0-45-generic", "5.15.0-122-generic", "6.11.4-301.fc41", "6.6.30-0-lts", "6.12.9-arch1-1"]
SYSTEMS = ["Debian GNU/Linux 12", "Ubuntu 24.04", "Ubuntu 22.04", "Fedora Linux 41", "Alpine Linux 3.20", "Arch Linux"]
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
}


def moment(seconds=None):
    """A time as the API writes it."""
    seconds = time.time() if seconds is None else seconds
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03d}Z"


class Fleet:
    """Hosts of some kinds, tenants' containers on them, and moves at a rate."""

    def __init__(self, hosts, containers, tenants, moves_per_second, seed=1, dwell=300):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.sequence = 1
        self.relocation = 0
        self.rate = moves_per_second
        self.dwell = dwell
        self.readers = []
        self.recent = collections.deque(maxlen=4096)
        self.relocations = collections.deque(maxlen=1000)
        self.hosts = {f"host{number}": self._host(number) for number in range(1, hosts + 1)}
        self.hosts["gateway"] = {**self._host(0), "name": "gateway", "role": "gateway"}
        self.tenants = {name: {"name": name, "createdAt": moment(), "policy": None, "neverBeside": [], "isPaused": False}
                        for name in (f"tenant{number}" for number in range(1, tenants + 1))}
        self.workers = [name for name in self.hosts if name != "gateway"]
        self.containers = {}
        for number in range(containers):
            name, tenant = f"box{number + 1}", list(self.tenants)[number % tenants]
            self.containers[name] = self._container(name, tenant, self.random.choice(self.workers))
        self.paused = False

    def _host(self, number):
        kind = number % len(KERNELS)
        profile = {
            "configuration": {"kernel": KERNELS[kind], "distribution": {"id": SYSTEMS[kind].split()[0].lower(), "version": SYSTEMS[kind].split()[-1]},
                              "processor": {"vendor": ["GenuineIntel", "AuthenticAMD"][number % 2], "model": str(80 + number % 3)}},
            "network": {"subnets": [f"10.{kind}.0.0/16"], "driver": "virtio_net"}, "services": {"daemons": ["sshd", "chronyd"]},
        }
        return {
            "name": f"host{number}", "role": "worker", "state": "ready", "address": f"10.213.0.{number % 250 + 1}", "labels": {},
            "capacity": {"containers": 64, "memoryBytes": 24 << 30}, "enrolledAt": moment(), "lastSeenAt": moment(),
            "facts": {"kernel": KERNELS[kind], "distribution": SYSTEMS[kind], "architecture": "x86_64", "cpuModel": "a processor",
                      "cpuCount": 8, "memoryBytes": 32 << 30, "cgroupVersion": 2, "criuVersion": "4.2.1", "runcVersion": "1.1.5",
                      "addresses": [f"10.213.0.{number % 250 + 1}"], "runtimes": ["runc"], "problems": [], "agentVersion": "0.1.0",
                      "processorFeatures": [], "profile": profile},
        }

    def _container(self, name, tenant, host):
        now = time.time()
        return {
            "name": name, "tenant": tenant, "image": "redis", "digest": "sha256:" + "0" * 64, "command": [], "environment": {},
            "ports": [{"port": 6379, "containerPort": 6379}], "limits": {"memoryBytes": 256 << 20, "cpus": 1, "processes": 256},
            "runtime": "runc", "state": "running", "stateDetail": None, "relocation": None, "host": host, "virtualAddress": "203.0.113.1",
            "address": "10.214.0.9", "retainedAddresses": [], "mobility": {"state": "movable"}, "createdAt": moment(now - 3600),
            "arrivedAt": moment(now - 5), "deadlineAt": moment(now + self.random.random() * self.dwell), "policy": None, "pin": None, "isPaused": False,
        }

    def differences(self):
        """How different the workers are: kinds apart, hosts of a kind nearly alike."""
        spots = [(math.cos(kind * 2.4) * (0.4 + 0.1 * kind), math.sin(kind * 2.4) * (0.4 + 0.1 * kind)) for kind in range(len(KERNELS))]
        noise = random.Random(7)
        places = [tuple(axis + noise.uniform(-0.02, 0.02) for axis in spots[int(name[4:]) % len(KERNELS)]) for name in self.workers]
        return [[0 if one == other else round(min(1, math.dist(one, other) * 0.7), 4) for other in places] for one in places]

    def publish(self, kind, body, actor="clock"):
        """Gives an event to whoever listens."""
        self.sequence += 1
        event = {"sequence": self.sequence, "at": moment(), "actor": actor, **({kind: body} if kind not in ("containerRemoved", "policyRemoved", "tenantRemoved", "scheduler") else body)}
        line = f"id: {self.sequence}\nevent: {kind}\ndata: {json.dumps(event)}\n\n".encode()
        self.recent.append((self.sequence, line, kind, event))
        for reader in list(self.readers):
            reader.put(line)

    def move(self, name, destination=None, trigger="clock", pace=0.02, fail=False):
        """One move of one container, step by step."""
        with self.lock:
            container = self.containers.get(name)
            if container is None or container["state"] != "running":
                return None
            source = container["host"]
            destination = destination or self.random.choice([host for host in self.workers if host != source and self.hosts[host]["state"] == "ready"])
            self.relocation += 1
            relocation = {
                "id": self.relocation, "container": name, "tenant": container["tenant"], "source": source, "destination": destination,
                "trigger": trigger, "actor": "clock" if trigger == "clock" else "anna", "reason": None, "state": "running", "oldAddress": "10.214.0.9",
                "newAddress": "10.214.0.10", "createdAt": moment(), "startedAt": moment(), "endedAt": None, "steps": [], "pauseMilliseconds": None,
                "bytes": None, "failure": None, "cancelledBy": None, "avoidTenants": None,
            }
            self.relocations.appendleft(relocation)
            self.publish("relocation", dict(relocation))
        threading.Thread(target=self._run, args=(container, relocation, pace, fail), daemon=True).start()
        return relocation

    def _run(self, container, relocation, pace, fail):
        self._change(container, state="relocating", relocation=relocation["id"])
        for kind in STEPS:
            step = {"kind": kind, "host": relocation["destination"], "attempt": 1, "state": "sent", "startedAt": moment(),
                    "durationMilliseconds": None, "timings": {}, "failure": None}
            self._go_on(relocation, steps=relocation["steps"] + [step])
            took = pace * (0.3 + 1.4 * self.random.random())
            time.sleep(took)
            broken = fail and kind == "restore"
            done = {**step, "state": "failed" if broken else "succeeded", "durationMilliseconds": round(took * 1000, 2)}
            if broken:
                done["failure"] = {"code": "restoreFailed", "message": "CRIU could not restore the container", "toolMessage": "Error (criu/cr-restore.c:2547): Restoring FAILED.\nError (criu/sockets.c:871): inet: Can't bind to 10.214.0.9:6379"}
                self._go_on(relocation, steps=relocation["steps"][:-1] + [done], state="rolledBack", endedAt=moment(), failure=done["failure"])
                self._change(container, state="running", relocation=None)
                return
            self._go_on(relocation, steps=relocation["steps"][:-1] + [done])
            if kind == "release":
                self._change(container, host=relocation["destination"], arrivedAt=moment())
        self._go_on(relocation, state="completed", endedAt=moment(), pauseMilliseconds=round(pace * 4000, 1), bytes=2_800_000)
        self._change(container, state="running", relocation=None, deadlineAt=moment(time.time() + self.random.random() * self.dwell))

    def _change(self, container, **changes):
        with self.lock:
            if container["name"] not in self.containers:
                return
            container.update(changes)
            self.publish("container", dict(container))

    def _go_on(self, relocation, **changes):
        with self.lock:
            before = relocation["steps"]
            relocation.update(changes)
            if relocation["endedAt"]:
                self.publish("relocation", dict(relocation))
                return
            news = [{"position": n, **step} for n, step in enumerate(relocation["steps"]) if n >= len(before) or step != before[n]]
            self.publish("progress", {"id": relocation["id"], "container": relocation["container"], "state": relocation["state"], "steps": news})

    def run(self):
        """Moves one container after another, for ever."""
        names = list(self.containers)
        while True:
            time.sleep(1 / max(self.rate, 0.001))
            if self.rate and not self.paused:
                self.move(self.random.choice(names))


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the control plane would, as far as the page asks at its first look."""

    protocol_version = "HTTP/1.1"
    fleet = None
    public = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/v1/events":
            return self.stream()
        if url.path.startswith("/v1/") or url.path in ("/readyz", "/livez"):
            return self.answer_get(url.path)
        return self.file(url.path)

    def answer_get(self, path):
        fleet = self.fleet
        with fleet.lock:
            lists = {
                "/v1/hosts": lambda: [self.host_view(host) for host in fleet.hosts.values()], "/v1/tenants": lambda: list(fleet.tenants.values()),
                "/v1/containers": lambda: list(fleet.containers.values()), "/v1/images": list, "/v1/alarms": list,
                "/v1/relocations": lambda: list(fleet.relocations)[:50], "/v1/policies": self.policies,
            }
            if path in lists:
                return self.json(self.page(lists[path]()))
            if path == "/v1/scheduler":
                return self.json({"paused": fleet.paused})
            if path == "/v1/heterogeneity":
                return self.json({"summary": {"hosts": len(fleet.workers), "classes": 6, "meanDifference": 0.48, "raoQ": 0.4, "effectiveConfigurations": 1.9,
                                              "coverage": 0.9, "monocultures": [], "warnings": []},
                                  "hosts": fleet.workers, "differences": fleet.differences()})
        return self.json({"title": "Not found", "detail": f"there is nothing at {path}", "status": 404}, 404)

    def page(self, items):
        """A page of a list. Nothing comes or goes here, so that its cursors may count."""
        first, limit = int(self.query.get("cursor", 0)), int(self.query.get("limit", 50))
        end = first + limit
        return {"items": items[first:end], "next": str(end) if end < len(items) else None, "total": len(items)}

    def host_view(self, host):
        return {**host, "containers": [], "profile": host["facts"]["profile"]}

    def policies(self):
        return []

    def json(self, value, status=200, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Relocate-Index", str(self.fleet.sequence))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def file(self, path):
        file = self.public / (path.lstrip("/") or "index.html")
        if not file.is_file() or ".." in path:
            return self.json({"detail": f"there is nothing at {path}"}, 404)
        body = file.read_bytes()
        self.send_response(200)
        kind = {".js": "text/javascript"}.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        for name, text in SECURITY.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def stream(self):
        after = int(self.headers.get("Last-Event-ID") or self.query.get("after") or self.fleet.sequence)
        lines = queue.Queue()
        with self.fleet.lock:
            for sequence, line, *_ in self.fleet.recent:
                if sequence > after:
                    lines.put(line)
            self.fleet.readers.append(lines)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.close_connection = True
        try:
            self.wfile.write(b": here\n\n")
            while True:
                try:
                    line = lines.get(timeout=10)
                    while not lines.empty():
                        line += lines.get()
                except queue.Empty:
                    line = b"event: heartbeat\ndata: {}\n\n"
                self.wfile.write(line)
                self.wfile.flush()
        except OSError:
            pass
        finally:
            self.fleet.readers.remove(lines)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(fleet, public, port=0, handler=Handler):
    """Serves a fleet on a loopback port; gives the server."""
    kind = type("BoundHandler", (handler,), {"fleet": fleet, "public": pathlib.Path(public)})
    server = Server(("127.0.0.1", port), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=fleet.run, daemon=True).start()
    return server
