"""This project: a lab of three hosts, and moves asked for over the API."""

import http.client
import json
import os
import time

from machine import Failed, namespace, run, wait_for


class Relocate:
    name = "relocate"
    runtime = "runc"
    port = 8080
    suffix = ""
    summary = ("criu driven by the agents, packets held at the destination; moves by "
               "POST /v1/containers/echo/relocate between three hosts")

    def __init__(self, options, rig):
        self.options = options
        self.lab = [options.relocate, "lab"]
        self.prefix = options.prefix + self.suffix
        self.place = ["--prefix", self.prefix, "--directory", f"{options.scratch}/lab{self.suffix}"]
        self.relocations = []

    def start(self):
        run(*self.lab, "up", *self.place, "--hosts", 3, "--port", self.port, "--runtime", self.runtime)
        wait_for("the lab's hosts", self._hosts_are_up)
        self._call("PUT", "/v1/scheduler", {"paused": True})
        with open(self.options.image, "rb") as archive:
            self._call("POST", "/v1/images?name=echo", archive.read())
        self._call("POST", "/v1/tenants", {"name": "bench"})
        made = self._call("POST", "/v1/containers?wait=30", {
            "name": "echo", "tenant": "bench", "image": "echo", "command": ["/usr/bin/echo", "7"],
            "ports": [{"port": 7}]})
        if made["state"] != "running":
            raise Failed(f"the container does not run: {made['stateDetail']}")
        # The trial dump stops the container for a moment; it must not be mistaken for a move.
        wait_for("the trial dump", lambda: self._container()["mobility"]["state"] != "unknown")
        return namespace(f"{self.prefix}-outside"), made["virtualAddress"], 7

    def move(self):
        relocation = self._call("POST", "/v1/containers/echo/relocate?wait=30", {})
        if relocation["state"] != "completed":
            raise Failed(f"relocation {relocation['id']} is {relocation['state']}: {relocation.get('failure')}")
        self.relocations.append(relocation)

    def make_ready(self):
        pass

    def _container(self):
        return self._call("GET", "/v1/containers/echo")

    def _hosts_are_up(self):
        try:
            hosts = self._call("GET", "/v1/hosts")["items"]
        except (OSError, http.client.HTTPException):
            return False
        return len(hosts) == 4 and all(host["state"] == "ready" for host in hosts)

    def _call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        raw = isinstance(body, bytes)
        kind = "application/x-tar" if raw else "application/json"
        connection.request(method, path, body if raw or body is None else json.dumps(body), {"Content-Type": kind})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status >= 300:
            raise Failed(f"{method} {path}: {response.status} {text.decode()}")
        return json.loads(text) if text else None


class RelocateDocker(Relocate):
    name = "relocate-docker"
    summary = ("the same with Docker's daemons: docker checkpoint create and start --checkpoint asked for by the agents, "
               "packets held at the destination")
    runtime = "docker"
    port = 8081
    suffix = "d"
