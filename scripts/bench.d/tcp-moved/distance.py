"""Puts the clients at a distance: what they send takes its time to reach the gateway. What they are sent comes at once.

The kernel of a benchmark's machine may have no queue that delays (netem). So this program stands in the way: packets to the
server leave by an interface of its own (tun(4)), and come back by it when they are due. It runs in the clients' namespace, and
ends when its standard input does.
"""

import argparse
import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

INTERFACE = "distance"
# The number of the table of routes of what comes back.
TABLE = "82"
_TUNSETIFF = 0x400454CA
_PACKETS_OF_IP = 0x0001 | 0x1000  # IFF_TUN, IFF_NO_PI
LONGEST_PACKET = 1 << 16
# How many packets are taken at a time.
BATCH = 256


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout.split()


def open_interface(server):
    """An interface by which packets to the server leave, and from which they go on by the way that they had before."""
    way = ip("route", "get", server)
    gateway, source = way[way.index("via") + 1], way[way.index("src") + 1]
    interface = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(interface, _TUNSETIFF, struct.pack("16sH22x", INTERFACE.encode(), _PACKETS_OF_IP))
    ip("link", "set", INTERFACE, "up", "txqueuelen", "10000")
    # Its packets come from an address of this namespace itself.
    own = f"conf.{INTERFACE}"
    for setting in ("ip_forward=1", "conf.all.rp_filter=0", f"{own}.rp_filter=0", f"{own}.accept_local=1"):
        subprocess.run(["sysctl", "-qw", f"net.ipv4.{setting}"], check=True)
    ip("route", "add", "default", "via", gateway, "table", TABLE)
    ip("rule", "add", "iif", INTERFACE, "lookup", TABLE)
    ip("route", "add", server, "dev", INTERFACE, "src", source)
    return interface


def carry(interface, seconds):
    """Takes packets and gives each back when it is due, in order."""
    due = collections.deque()
    while True:
        patience = max(0, due[0][0] - time.monotonic()) if due else None
        ready, _, _ = select.select([interface, sys.stdin], [], [], patience)
        if sys.stdin in ready:
            return
        now = time.monotonic()
        if interface in ready:
            for _ in range(BATCH):
                try:
                    due.append((now + seconds, os.read(interface, LONGEST_PACKET)))
                except BlockingIOError:
                    break
        while due and due[0][0] <= now:
            os.write(interface, due.popleft()[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--milliseconds", type=int, required=True)
    options = parser.parse_args()
    opened = open_interface(options.server)
    print("ready", flush=True)
    carry(opened, options.milliseconds / 1000)
