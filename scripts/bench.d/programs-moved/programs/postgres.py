"""PostgreSQL: transfers over one connection, and logins."""

import tools
from program import Program
from transfers import Transfers, logins


def client(address, port):
    return [*tools.command("usr/lib/postgresql/*/bin/psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
            "--field-separator=\t", "--set=ON_ERROR_STOP=1", f"--host={address}", f"--port={port}", "--username=postgres"]


class PostgreSQL(Transfers):
    def client(self, address, port):
        return client(address, port)

    def version(self):
        return self.query("show server_version")[0].split()[0]


PROGRAM = Program(
    "postgres", 5432, {"kept": PostgreSQL, "new": logins(client, "--command")}, image_as_root="postgres-as-root",
    tools=("usr/lib/postgresql",))
