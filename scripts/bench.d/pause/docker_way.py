"""Docker: a daemon on each host, and the container in the network namespace of a sandbox container that stays."""

import os
import shutil
import subprocess

from machine import Failed, last_line, namespace, run, script, wait_for


class Docker:
    name = "docker"
    summary = ("two daemons, sandbox container, docker checkpoint create / docker start --checkpoint; packets dropped "
               "at the gateway meanwhile, then the route moved")
    address = "10.78.3.2"

    def __init__(self, options, rig):
        self.options = options
        self.rig = rig
        self.folder = f"{options.scratch}/docker"
        self.dump = f"{options.scratch}/dumps/docker"
        self.host = "a"
        self.daemons = {}
        self.containers = {}

    def start(self):
        for host in self.rig.HOSTS:
            self._start_daemon(host)
            self._docker(host, "import", "--change", 'CMD ["/usr/bin/echo", "7"]', self.options.image, "echo:bench")
        self._prepare("a")
        self._docker("a", "start", "echo")
        run("ip", "route", "replace", f"{self.address}/32", "via", self.rig.via("a"), netns=namespace("gateway"))
        return namespace("outside"), self.address, 7

    def move(self):
        other = self._other()
        run(f"{self.folder}/move-{other}")
        self.host = other

    def make_ready(self):
        self._prepare(self._other())

    def _prepare(self, host):
        """The sandbox with its wires, and the container created in it: all that can be done before the pause."""
        for container in ("echo", "sandbox"):
            if self._docker(host, "ps", "--all", "--quiet", "--filter", f"name=^{container}$"):
                self._docker(host, "rm", "--force", container)
        end = f"v-{self.name}"
        # The kernel may still be taking it away with the sandbox's namespace.
        wait_for("the sandbox's link to go",
                 lambda: end not in run("ip", "-brief", "link", netns=namespace(f"host-{host}")))
        # The same program on another port: it only keeps the namespace.
        self._docker(host, "run", "--detach", "--name", "sandbox", "--network", "none", "echo:bench",
                     "/usr/bin/echo", "9")
        process = self._docker(host, "inspect", "--format", "{{.State.Pid}}", "sandbox").strip()
        self.rig.wire(self.name, host, self.address, f"/proc/{process}/ns/net")
        identity = self._docker(host, "create", "--name", "echo", "--network", "container:sandbox", "echo:bench")
        self.containers[host] = identity.strip()
        source = "b" if host == "a" else "a"
        checkpoints = f"{self.folder}/data-{host}/containers/{self.containers[host]}/checkpoints"
        script(f"{self.folder}/move-{host}", "".join([
            "exec </dev/null >/dev/null\n",
            self.rig.route(self.address, None),
            f"docker -H {self._socket(source)} checkpoint create --checkpoint-dir {self.dump} echo moving\n",
            f"cp -r {self.dump}/moving {checkpoints}/moving\n",
            f"docker -H {self._socket(host)} start --checkpoint moving echo\n",
            self.rig.route(self.address, host),
        ]))
        os.makedirs(checkpoints, exist_ok=True)
        shutil.rmtree(self.dump, ignore_errors=True)
        os.makedirs(self.dump)

    def _start_daemon(self, host):
        os.makedirs(self.folder, exist_ok=True)
        log = open(self._log(host), "w")
        # Entered with nsenter: `ip netns exec` would hide the control groups.
        self.daemons[host] = subprocess.Popen(
            ["nsenter", f"--net={namespace(f'host-{host}')}", "dockerd", "--experimental",
             "--data-root", f"{self.folder}/data-{host}", "--exec-root", f"/run/docker-{host}",
             "--pidfile", f"/run/docker-{host}.pid", "-H", self._socket(host), "--bridge=none", "--iptables=false",
             "--ip6tables=false", "--exec-opt", "native.cgroupdriver=cgroupfs",
             "--cgroup-parent", f"/{self.options.prefix}/docker-{host}"],
            stdout=log, stderr=log, start_new_session=True)
        wait_for("dockerd", lambda: self._answers(host), limit=40)

    def _answers(self, host):
        if self.daemons[host].poll() is not None:
            raise Failed(f"dockerd has ended; its last words: {last_line(self._log(host))}")
        try:
            self._docker(host, "version")
            return True
        except Failed:
            return False

    def _log(self, host):
        return f"{self.folder}/daemon-{host}.log"

    def _socket(self, host):
        return f"unix:///run/docker-{host}.sock"

    def _docker(self, host, *arguments):
        return run("docker", "-H", self._socket(host), *arguments)

    def _other(self):
        return "b" if self.host == "a" else "a"
