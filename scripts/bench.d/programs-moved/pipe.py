"""A conversation with a program that runs here and is a client itself, line by line through pipes."""

import os
import selectors
import subprocess
import time

from conversation import PATIENCE, Conversation


class Pipe(Conversation):
    def begin(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.received = b""

    def send(self, text):
        try:
            self.process.stdin.write(text.encode())
        except BrokenPipeError as error:
            raise OSError(f"the client has ended: {self.process.stdout.read().decode().strip()[-200:]}") from error

    def line(self):
        end = time.monotonic() + PATIENCE
        while b"\n" not in self.received:
            if not self.selector.select(max(0, end - time.monotonic())):
                raise TimeoutError(f"no answer within {PATIENCE} s")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise OSError(f"the client has ended with {self.process.wait()}: {self.received.decode()[-200:]}")
            self.received += more
        line, _, self.received = self.received.partition(b"\n")
        return line.decode().rstrip("\r")

    def close(self):
        if getattr(self, "process", None):
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.selector.close()


def once(command):
    """Runs a client to its end and gives back what it printed."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise OSError(f"the client has ended with {done.returncode}: {done.stdout.strip()[-200:]}")
    return done.stdout.strip()
