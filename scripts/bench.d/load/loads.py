"""What the servers are put under: requests by wrk and h2load, and crowds of open connections."""

import os
import re
import subprocess
import sys

from servers import CLIENT_CPUS, Failed

HERE = os.path.dirname(os.path.abspath(__file__))
PINNED = ["taskset", "--cpu-list", ",".join(map(str, CLIENT_CPUS))]
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}


class Sample:
    """One run: requests each second, the 99th percentile in ms, and, with a crowd, the bytes that each of it costs."""

    def __init__(self, rate, p99, bytes_each=None, pieces=None):
        self.rate, self.p99, self.bytes_each, self.pieces = rate, p99, bytes_each, pieces


def run(command, limit):
    try:
        result = subprocess.run(PINNED + command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{command[0]} does not end") from error
    if result.returncode:
        raise Failed(f"{command[0]} failed: {(result.stderr or result.stdout).strip()[-200:]}")
    return result.stdout


def wrk(server, path, options, connections=64):
    """Keeps all connections busy with one request after the other."""
    output = run(["wrk", "--latency", "-t", str(len(CLIENT_CPUS)), "-c", str(connections), "-d", f"{options.seconds}s",
                  "--timeout", "10s", f"http://127.0.0.1:{server.port}{path}"], options.seconds + 30)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", output)
    if not rate or not p99 or "Non-2xx" in output or "Socket errors" in output:
        raise Failed(f"not all requests were answered: {' '.join(output.split())[-200:]}")
    return Sample(float(rate[1]), float(p99[1]) * UNITS[p99[2]])


def h2load(server, path, options):
    """HTTP/2 without TLS: 16 connections with 8 requests each under way."""
    log = f"{options.scratch}/h2load.log"
    if os.path.exists(log):
        os.remove(log)
    output = run(["h2load", "-t", str(len(CLIENT_CPUS)), "-c", "16", "-m", "8", "-D", str(options.seconds),
                  "--log-file", log, f"http://127.0.0.1:{server.http2_port}{path}"], options.seconds + 30)
    rate = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", output)
    with open(log) as file:
        lines = [line.split() for line in file]
    times = sorted(int(line[2]) for line in lines if len(line) == 3 and line[1] == "200")
    if not rate or not times:
        raise Failed("it does not speak HTTP/2")
    if len(times) < len(lines):
        raise Failed(f"{len(lines) - len(times)} of {len(lines)} requests failed")
    return Sample(float(rate[1]), times[len(times) * 99 // 100] / 1000)


def crowded(server, path, count, options):
    """A new server, `count` connections that stay open, and requests for something small beside them."""
    server.stop()
    server.start()
    for _ in range(2):
        run(["wrk", "-t", "1", "-c", "4", "-d", "1s", f"http://127.0.0.1:{server.port}/hello"], 30)
    before = server.memory()
    crowd = subprocess.Popen(
        PINNED + [sys.executable, f"{HERE}/crowd.py", str(server.port), str(count), path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if crowd.stdout.readline().strip() != "open":
            raise Failed(f"{count} connections could not be opened")
        bytes_each = (server.memory() - before) / count
        sample = wrk(server, "/hello", options)
        output, _ = crowd.communicate(timeout=30)
        if crowd.returncode:
            raise Failed("not all connections stayed open")
    except subprocess.TimeoutExpired as error:
        raise Failed("the crowd does not end") from error
    finally:
        crowd.kill()
        crowd.wait()
    return Sample(sample.rate, sample.p99, bytes_each, int(output) / (options.seconds or 1))


SCENARIOS = {
    "hello": ("5 bytes of text", lambda server, options: wrk(server, "/hello", options)),
    "hosts": ("30 hosts as JSON, ready made", lambda server, options: wrk(server, "/hosts", options)),
    "file": ("a file of 1 MiB", lambda server, options: wrk(server, "/file.bin", options, 16)),
    "hello-h2": ("5 bytes of text over HTTP/2", lambda server, options: h2load(server, "/hello", options)),
    "hosts-h2": ("30 hosts as JSON over HTTP/2", lambda server, options: h2load(server, "/hosts", options)),
    "idle": ("5 bytes of text beside 1,000 idle connections",
             lambda server, options: crowded(server, "/hello", 1000, options)),
    "events": ("5 bytes of text beside 10,000 event streams with an event each second",
               lambda server, options: crowded(server, "/events", 10000, options)),
}
