"""The lab over its API, and what a container consists of while it runs."""

import json
import os
from pathlib import Path

from api import API, Conflict
from machine import Failed, wait_for


class Lab(API):
    def begin(self):
        wait_for("the lab's hosts", self.hosts_are_up, limit=60)
        # Containers move when they are told to and not before.
        self.call("PUT", "/v1/scheduler", {"paused": True})
        self.call("POST", "/v1/tenants", {"name": "bench"})

    def create(self, name, image, program):
        """Starts a container and gives back its virtual address."""
        made = self.call("POST", "/v1/containers?wait=60", {
            "name": name, "tenant": "bench", "image": image, "ports": [{"port": program.port}],
            "command": program.command, "limits": program.limits})
        if made["state"] != "running" and not program.ends_because:
            raise Failed(f"the container does not run: {made['stateDetail']}")
        return made["virtualAddress"]

    def expect_movable(self, name):
        # The trial dump stops the container for a moment; it must not be mistaken for a move.
        wait_for("the trial dump", lambda: self.container(name)["mobility"]["state"] != "unknown", limit=60)
        mobility = self.container(name)["mobility"]
        if mobility["state"] != "movable":
            raise Failed(f"it cannot be moved: {mobility.get('reason')} ({mobility.get('log')})")

    def expect_ended(self, name):
        wait_for("the end of its first process", lambda: self.container(name)["state"] in ("stopped", "failed"))

    def move(self, name):
        """Moves a container to a host that the strategy draws, and gives back the record.

        One that has not moved goes on where it was; if it cannot, there is nothing more to see.
        """
        try:
            relocation = self.call("POST", f"/v1/containers/{name}/relocate?wait=60", {})
        except Conflict as refusal:
            # What the last move met is still there, or again.
            return {"id": "-", "state": "refused", "failure": str(refusal)}
        if relocation["state"] not in ("completed", "failed", "cancelled", "rolledBack"):
            raise Failed(f"move {relocation['id']} is {relocation['state']}: {json.dumps(relocation.get('failure') or {})}")
        return relocation

    def remove(self, name):
        self.call("DELETE", f"/v1/containers/{name}?wait=60")


def anatomy(prefix):
    """Counts processes, threads, sockets and memory of the lab's only container."""
    ours = os.readlink("/proc/self/ns/pid")
    found = {"processes": 0, "threads": 0, "sockets": set(), "connections": 0, "rssBytes": 0, "memoryBytes": 0}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"/{prefix}-" not in (process / "cgroup").read_text() or os.readlink(process / "ns/pid") == ours:
                continue
            # What keeps the network namespace of a Docker container is not the program.
            if (process / "comm").read_text().strip() == "pause":
                continue
            found["processes"] += 1
            found["threads"] += len(os.listdir(process / "task"))
            for entry in os.scandir(process / "fd"):
                target = os.readlink(entry.path)
                if target.startswith("socket:"):
                    found["sockets"].add(target)
            rollup = dict(line.split()[:2] for line in (process / "smaps_rollup").read_text().splitlines()[1:])
            found["rssBytes"] += int(rollup["Rss:"]) * 1024
            # Shared pages are divided among those who share them, so the sum counts each once.
            found["memoryBytes"] += int(rollup["Pss:"]) * 1024
            table = (process / "net/tcp").read_text().splitlines()[1:]
            found["connections"] = sum(line.split()[3] == "01" for line in table)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return {**found, "sockets": len(found["sockets"])}
