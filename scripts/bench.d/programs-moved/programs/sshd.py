"""OpenSSH: a long session that counts lines, and new ones."""

import os

import tools
from conversation import Conversation, expect
from pipe import Pipe, once
from program import Program


def session(address, port, command):
    key = tools.file("usr/share/bench/key")
    os.chmod(key, 0o600)
    return [*tools.command("usr/bin/ssh"), "-F", "none", "-i", key, "-p", str(port), "-o", "IdentitiesOnly=yes", "-o",
            "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
            f"root@{address}", command]


class Session(Pipe):
    def __init__(self, address, port):
        self.begin(session(address, port, 'n=0; while read -r line; do n=$((n + 1)); echo "$n $line"; done'))
        self.asked = 0

    def version(self):
        return once([*tools.command("usr/bin/ssh"), "-V"]).partition(" ")[0].removeprefix("OpenSSH_")

    def ask(self, known):
        self.asked += 1
        self.send(f"line {self.asked}\n")
        expect(self.line(), f"{self.asked} line {self.asked}")


class Logins(Conversation):
    PACE = 1.5

    def __init__(self, address, port):
        self.where = address, port

    def ask(self, known):
        number = known["number"] = known.get("number", 0) + 1
        expect(once(session(*self.where, f"echo $(({number} * 2))")), str(number * 2))


PROGRAM = Program(
    "sshd", 22, {"kept": Session, "new": Logins}, tools=("usr/bin/ssh", "usr/share/bench"), refused=(
        "may open no file", "while somebody logs in, sshd has a process that may open no file (RLIMIT_NOFILE 1), and CRIU,"
        " which opens one in it (memfd_create), cannot dump that"))
