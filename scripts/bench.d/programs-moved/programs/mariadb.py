"""MariaDB: transfers over one connection, and logins."""

import tools
from program import Program
from transfers import Transfers, logins


def client(address, port):
    return [*tools.command("usr/bin/mariadb"), "--no-defaults", "--batch", "--skip-column-names", "--unbuffered",
            "--skip-reconnect", f"--host={address}", f"--port={port}", "--user=bench", "bench"]


class MariaDB(Transfers):
    def client(self, address, port):
        return client(address, port)

    def version(self):
        return self.query("select version()")[0].partition("-")[0]


PROGRAM = Program(
    "mariadb", 3306, {"kept": MariaDB, "new": logins(client, "--execute")}, tools=("usr/bin/mariadb",),
    limits={"memoryBytes": 512 << 20})
