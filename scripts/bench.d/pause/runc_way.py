"""runc, as its users script it: checkpoint on one host, restore on the other, then move the address's route."""

import json
import os
import shutil

from machine import extract, namespace, run, script


class Runc:
    name = "runc"
    summary = ("runc checkpoint / runc restore, the bundle as `runc spec` makes it; packets dropped at the gateway "
               "meanwhile, then the route moved")
    address = "10.78.1.2"

    def __init__(self, options, rig):
        self.options = options
        self.rig = rig
        self.folder = f"{options.scratch}/{self.name}"
        self.dump = f"{options.scratch}/dumps/{self.name}"
        self.host = "a"

    def start(self):
        rootfs = extract(self.options.image, f"{self.folder}/rootfs")
        for host in self.rig.HOSTS:
            os.makedirs(self._bundle(host))
            with open(f"{self._bundle(host)}/config.json", "w") as file:
                json.dump(self.configuration(rootfs, host), file)
        self._wire("a")
        self._runc("a", "run", "--detach", "--bundle", self._bundle("a"), "echo")
        run("ip", "route", "replace", f"{self.address}/32", "via", self.rig.via("a"), netns=namespace("gateway"))
        self._script("a", "b")
        self._script("b", "a")
        return namespace("outside"), self.address, 7

    def configuration(self, rootfs, host):
        """`runc spec` with the least changes that let it run this image in a namespace that is there already."""
        scratch = f"{self.folder}/spec"
        os.makedirs(scratch, exist_ok=True)
        if not os.path.exists(f"{scratch}/config.json"):
            run("runc", "spec", "--bundle", scratch)
        with open(f"{scratch}/config.json") as file:
            configuration = json.load(file)
        configuration["root"] = {"path": rootfs, "readonly": True}
        process = configuration["process"]
        process.update(terminal=False, args=["/usr/bin/echo", "7"])
        process["rlimits"] = []
        linux = configuration["linux"]
        linux["cgroupsPath"] = f"/{self.options.prefix}/{self.name}-{host}"
        for kind in linux["namespaces"]:
            if kind["type"] == "network":
                kind["path"] = namespace(self._container(host))
        return configuration

    def move(self):
        other = self._other()
        run(f"{self.folder}/move-{self.host}-{other}")
        self.host = other

    def make_ready(self):
        """Before a move, and no part of its pause."""
        shutil.rmtree(self.dump, ignore_errors=True)
        os.makedirs(self.dump)
        self._wire(self._other())

    def _script(self, source, destination):
        """All that lies in the pause. The destination's namespace, address and bundle stand before."""
        runc = "runc --root {}/state-{}"
        script(f"{self.folder}/move-{source}-{destination}", "".join([
            "exec </dev/null >/dev/null\n",
            self.rig.route(self.address, None),
            f"{runc.format(self.folder, source)} checkpoint --tcp-established --file-locks "
            f"--image-path {self.dump} echo\n",
            f"{runc.format(self.folder, destination)} restore --detach --tcp-established --file-locks "
            f"--image-path {self.dump} --bundle {self._bundle(destination)} echo\n",
            self.rig.route(self.address, destination),
        ]))

    def _wire(self, host):
        """A fresh namespace for each arrival: the one that was left has its address and no more its sockets."""
        name = self._container(host)
        if os.path.exists(namespace(name)):
            self.rig.unwire(self.name, host)
            run("ip", "netns", "delete", name)
        run("ip", "netns", "add", name)
        self.rig.wire(self.name, host, self.address, namespace(name))

    def _runc(self, host, *arguments):
        run("runc", "--root", f"{self.folder}/state-{host}", *arguments, stdio_null=True)

    def _bundle(self, host):
        return f"{self.folder}/bundle-{host}"

    def _container(self, host):
        return f"{self.name}-{host}"

    def _other(self):
        return "b" if self.host == "a" else "a"


class LeanRunc(Runc):
    name = "runc-lean"
    summary = ("the same with the bundle on a diet: only /proc is mounted, so CRIU packs no tmpfs "
               "(the mounts of this project's containers)")
    address = "10.78.2.2"

    def configuration(self, rootfs, host):
        configuration = super().configuration(rootfs, host)
        configuration["root"] = {"path": rootfs, "readonly": False}
        configuration["mounts"] = [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "nodev", "noexec", "ro"]}]
        configuration["linux"]["maskedPaths"] = []
        configuration["linux"]["readonlyPaths"] = []
        return configuration
