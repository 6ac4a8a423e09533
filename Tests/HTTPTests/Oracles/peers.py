"""The servers that get the cases: each on a Unix socket of its own, in a folder that is removed afterwards."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Peer:
    name: str
    version: str
    path: str


def version(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return (result.stdout + result.stderr).strip().split("/")[-1].lstrip("v")


@contextmanager
def running(own_server: str):
    """All peers that are installed. Names those that are not."""
    folder = Path(tempfile.mkdtemp(prefix="oracles-"))
    try:
        with ExitStack() as stack:
            peers = [start(stack, folder, "relocate", "of this tree", [own_server, f"unix:{folder}/relocate"])]
            peer = [sys.executable, str(HERE / "h11_peer.py"), f"{folder}/h11"]
            peers.append(start(stack, folder, "h11", metadata.version("h11"), peer))
            if node := shutil.which("node"):
                peer = [node, str(HERE / "node_peer.js"), f"{folder}/node"]
                peers.append(start(stack, folder, "node", version(node, "--version"), peer))
            else:
                print("Skipped: node is not installed")
            if nginx := shutil.which("nginx", path="/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin"):
                template = (HERE / "nginx.conf").read_text()
                (folder / "nginx.conf").write_text(template.replace("FOLDER", str(folder)))
                peer = [nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
                peers.append(start(stack, folder, "nginx", version(nginx, "-v"), peer))
            else:
                print("Skipped: nginx is not installed")
            yield peers
    finally:
        shutil.rmtree(folder)


def start(stack: ExitStack, folder: Path, name: str, version: str, command: list[str]) -> Peer:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    path = str(folder / name)
    deadline = time.monotonic() + 20
    while not answers(path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"error: the peer {name} does not start: {' '.join(command)}")
        time.sleep(0.05)
    return Peer(name, version, path)


def answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(path)
        except OSError:
            return False
        return True
