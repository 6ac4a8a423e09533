"""Podman: checkpoint --export on one host, restore --import on the other.

Podman cannot restore into a network namespace given by path, so it is itself started in the container's namespace and
told to use the host's network, which is that one.
"""

import os

from machine import namespace, run, script


class Podman:
    name = "podman"
    summary = ("podman container checkpoint --export / restore --import between two stores, uncompressed, without the "
               "root file system; packets dropped at the gateway meanwhile, then the route moved")
    address = "10.78.4.2"

    def __init__(self, options, rig):
        self.options = options
        self.rig = rig
        self.folder = f"{options.scratch}/podman"
        self.dump = f"{options.scratch}/dumps/podman.tar"
        self.host = "a"

    def start(self):
        os.makedirs(self.folder)
        self._wire("a")
        self._wire("b")
        self._podman("a", "import", "--change", 'CMD ["/usr/bin/echo", "7"]', self.options.image,
                     "localhost/echo:bench")
        self._podman("a", "save", "--output", f"{self.folder}/image.tar", "localhost/echo:bench")
        self._podman("b", "load", "--input", f"{self.folder}/image.tar")
        self._podman("a", "run", "--detach", "--name", "echo", "--network", "host", "--cgroup-parent",
                     f"/{self.options.prefix}/podman", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
                     "localhost/echo:bench")
        run("ip", "route", "replace", f"{self.address}/32", "via", self.rig.via("a"), netns=namespace("gateway"))
        self._script("a", "b")
        self._script("b", "a")
        return namespace("outside"), self.address, 7

    def move(self):
        other = self._other()
        run(f"{self.folder}/move-{self.host}-{other}")
        self.host = other

    def make_ready(self):
        left = self._other()
        self._podman(left, "rm", "--force", "--ignore", "echo")
        self._wire(left)
        if os.path.exists(self.dump):
            os.unlink(self.dump)

    def _script(self, source, destination):
        source_podman = " ".join(self._command(source))
        destination_podman = " ".join(self._command(destination))
        script(f"{self.folder}/move-{source}-{destination}", "".join([
            "exec </dev/null >/dev/null\n",
            self.rig.route(self.address, None),
            f"{source_podman} container checkpoint --export {self.dump} --compress none --ignore-rootfs "
            "--tcp-established --file-locks echo\n",
            f"{destination_podman} container restore --import {self.dump} --ignore-rootfs --tcp-established "
            "--file-locks\n",
            self.rig.route(self.address, destination),
        ]))

    def _command(self, host):
        return ["nsenter", f"--net={namespace(f'{self.name}-{host}')}", "podman",
                "--root", f"{self.folder}/store-{host}", "--runroot", f"/run/podman-{host}",
                "--tmpdir", f"/run/podman-{host}/tmp", "--cgroup-manager", "cgroupfs", "--events-backend", "none",
                "--runtime", "runc"]

    def _podman(self, host, *arguments):
        return run(*self._command(host), *arguments, stdio_null=True)

    def _wire(self, host):
        name = f"{self.name}-{host}"
        if os.path.exists(namespace(name)):
            self.rig.unwire(self.name, host)
            run("ip", "netns", "delete", name)
        run("ip", "netns", "add", name)
        self.rig.wire(self.name, host, self.address, namespace(name))

    def _other(self):
        return "b" if self.host == "a" else "a"
