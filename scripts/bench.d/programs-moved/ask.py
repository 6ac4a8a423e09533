"""The clients of one program: each holds a conversation, checks the answers and writes down when they came.

    ask.py PROGRAM ADDRESS PORT FOLDER

FOLDER/NAME.answers is the record of each. SIGTERM ends the conversations, each after an answer of its own, and has them
check what can be checked then.
"""

import http.client
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "pause"))

from client import Record  # noqa: E402
from program import program  # noqa: E402

# A client that has failed so often ends: more failures would tell nothing new.
ENOUGH = 20
TROUBLE = (OSError, ValueError, LookupError, http.client.HTTPException, subprocess.SubprocessError)


def say(*words):
    # One write for a line: several threads speak.
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def converse(name, kind, where, path, first, ending):
    record = Record(path, create=True)
    known = {"path": f"/{name}"}
    talk = None
    while True:
        try:
            talk = kind(*where)
            if first and not record.answers:
                say("version", talk.version())
            while True:
                last = ending.is_set()
                talk.ask(known)
                record.answered(time.time())
                if last:
                    talk.finish(known)
                    return
                ending.wait(kind.PACE)
        except TROUBLE as error:
            # Whoever starts before the program listens has seen no move.
            if record.answers:
                record.failed()
            if record.failures == ENOUGH:
                say("failure", f"{name}: {type(error).__name__} {error}; and this was enough")
                return
            say("failure" if record.answers else "waiting",
                f"{name}, {time.strftime('%H:%M:%S')}: {type(error).__name__} {error}")
            if ending.is_set():
                return
            ending.wait(0.2)
        finally:
            if talk:
                talk.close()
                talk = None


def main(name, address, port, folder):
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    threads = [
        threading.Thread(
            target=converse, args=(title, kind, (address, int(port)), f"{folder}/{title}.answers", number == 0, ending),
            daemon=True)
        for number, (title, kind) in enumerate(program(name).conversations.items())]
    for thread in threads:
        thread.start()
    # A signal is only handled between two steps of the main thread. When no client is left there is nothing to wait for.
    while not ending.wait(0.1):
        if not any(thread.is_alive() for thread in threads):
            sys.exit(1)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
