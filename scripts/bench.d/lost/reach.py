"""Clients of some echo servers, each of which tries to connect until it is answered.

At the end it prints, a line of JSON for each server, when the first answer came (CLOCK_MONOTONIC, in seconds) and who gave it.
"""

import json
import socket
import sys
import threading
import time

# Seconds between two attempts, and for an attempt.
PACE, PATIENCE = 0.01, 0.25
# Seconds until nobody tries any more.
LIMIT = 60


def reach(address, port):
    """When an answer came, and its server's token; nothing when none does."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            with socket.create_connection((address, port), timeout=PATIENCE) as connection:
                connection.sendall(b"hello\n")
                answer = connection.makefile("rb").readline()
                if answer:
                    return time.monotonic(), answer.split()[0].decode()
        except OSError:
            pass
        time.sleep(PACE)
    return None, None


def main(port, *addresses):
    found = {}

    def note(address):
        found[address] = reach(address, int(port))

    threads = [threading.Thread(target=note, args=(address,)) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for address, (at, token) in found.items():
        print(json.dumps({"address": address, "at": at, "token": token}))


if __name__ == "__main__":
    main(*sys.argv[1:])
