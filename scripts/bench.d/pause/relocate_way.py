"""This project: a lab of three hosts, and moves asked for over the API."""

from api import API
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
        self.lab = [self.program(options), "lab"]
        self.prefix = options.prefix + self.suffix
        self.place = ["--prefix", self.prefix, "--directory", f"{options.scratch}/lab{self.suffix}"]
        self.api = API(self.port)
        self.relocations = []

    def program(self, options):
        return options.relocate

    def start(self):
        run(*self.lab, "up", *self.place, "--hosts", 3, "--port", self.port, "--runtime", self.runtime)
        wait_for("the lab's hosts", self.api.hosts_are_up)
        self.api.call("PUT", "/v1/scheduler", {"paused": True})
        self.api.import_image("echo", self.options.image)
        self.api.call("POST", "/v1/tenants", {"name": "bench"})
        made = self.api.call("POST", "/v1/containers?wait=30", {
            "name": "echo", "tenant": "bench", "image": "echo", "command": ["/usr/bin/echo", "7"],
            "ports": [{"port": 7}]})
        if made["state"] != "running":
            raise Failed(f"the container does not run: {made['stateDetail']}")
        # The trial dump stops the container for a moment; it must not be mistaken for a move.
        wait_for("the trial dump", lambda: self.api.container("echo")["mobility"]["state"] != "unknown")
        return namespace(f"{self.prefix}-outside"), made["virtualAddress"], 7

    def move(self):
        relocation = self.api.call("POST", "/v1/containers/echo/relocate?wait=30", {})
        if relocation["state"] != "completed":
            raise Failed(f"relocation {relocation['id']} is {relocation['state']}: {relocation.get('failure')}")
        self.relocations.append(relocation)

    def make_ready(self):
        pass


class RelocateDocker(Relocate):
    name = "relocate-docker"
    summary = ("the same with Docker's daemons: docker checkpoint create and start --checkpoint asked for by the agents, "
               "packets held at the destination")
    runtime = "docker"
    port = 8081
    suffix = "d"


class RelocateBefore(Relocate):
    name = "relocate-before"
    summary = "the same with the build that was given by --before"
    port = 8082
    suffix = "b"

    def program(self, options):
        if not options.before:
            raise Failed("no other build was given by --before")
        return options.before
