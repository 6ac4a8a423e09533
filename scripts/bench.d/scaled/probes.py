"""How long the API takes to answer, one request after the other on one connection."""

import http.client
import time

# Lists with their usual limit, and one thing of each kind.
PATHS = {
    "livez": "/livez",
    "page": "/",
    "hosts": "/v1/hosts",
    "one host": "/v1/hosts/h00007",
    "containers": "/v1/containers",
    "… of a tenant": "/v1/containers?tenant=t00007",
    "… of a host": "/v1/containers?host=h00007",
    "one container": "/v1/containers/c0000077",
    "relocations": "/v1/relocations",
    "… of a container": "/v1/relocations?container=c0000077",
    "actions": "/v1/actions",
    "alarms": "/v1/alarms",
    "tenants": "/v1/tenants",
    "policies": "/v1/policies",
    "exposure": "/v1/exposure",
    "heterogeneity": "/v1/heterogeneity",
    "scheduler": "/v1/scheduler",
}
MOST = 200


def percentiles(seconds):
    """In milliseconds."""
    ordered = sorted(seconds)
    count = len(ordered)
    return {"count": count, "p50": ordered[count // 2] * 1e3, "p99": ordered[min(count - 1, count * 99 // 100)] * 1e3}


class Probe:
    """Asks for all of the paths in turn, until the time is over."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def ask(self, method, path, body=None):
        """Seconds to the first bytes of the answer, its status and its length."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"} if body else {}
        begun = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            first = time.perf_counter() - begun
            return first, answer.status, len(answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            return time.perf_counter() - begun, type(error).__name__, 0

    def cpu(self, seconds, cpu_seconds):
        """The server's processor time for a request of each path, in milliseconds, less what it uses meanwhile anyway."""
        before, begun = cpu_seconds(), time.monotonic()
        time.sleep(1)
        idle = (cpu_seconds() - before) / (time.monotonic() - begun)
        found = {}
        for name, path in PATHS.items():
            before, begun, count = cpu_seconds(), time.monotonic(), 0
            while count < MOST and time.monotonic() - begun < seconds / len(PATHS) or count == 0:
                self.ask("GET", path)
                count += 1
            used = cpu_seconds() - before - idle * (time.monotonic() - begun)
            found[name] = max(0.0, used) * 1e3 / count
        return found

    def run(self, seconds, paths=PATHS):
        """Percentiles for each path. The first round does not count: it may fill caches."""
        found = {name: [] for name in paths}
        about = {}
        for path in paths.values():
            self.ask("GET", path)
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(len(times) < MOST for times in found.values()):
            for name, path in paths.items():
                taken, status, length = self.ask("GET", path)
                found[name].append(taken)
                about[name] = {"status": status, "bytes": length}
                if time.monotonic() > end and all(found.values()):
                    break
        return {name: percentiles(times) | about[name] for name, times in found.items() if times}
