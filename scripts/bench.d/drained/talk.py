"""A client that asks many echo servers at once, each over one connection, until it is told to end.

Writes for each server the times of its answers (CLOCK_MONOTONIC, in seconds) and what went wrong.
"""

import json
import signal
import socket
import sys
import threading
import time

PACE = 0.005
PATIENCE = 60


def converse(address, port, record, end):
    try:
        with socket.create_connection((address, port), timeout=PATIENCE) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream, count, server = connection.makefile("rb"), 0, None
            while not end.is_set():
                count += 1
                connection.sendall(b"%d\n" % count)
                line = stream.readline()
                token, _, of_connection, text = line.split()
                if int(of_connection) != count or int(text) != count or (server or token) != token:
                    raise ValueError(f"answer {line} to question {count}")
                server = token
                record["answers"].append(time.monotonic())
                time.sleep(PACE)
    except (OSError, ValueError) as error:
        record["failure"] = str(error)


def main(path, port, *addresses):
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    records = {address: {"answers": [], "failure": None} for address in addresses}
    threads = [
        threading.Thread(target=converse, args=(address, int(port), record, end))
        for address, record in records.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open(path, "w") as file:
        json.dump(records, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
