"""Conversations with databases, by the database's own client: transfers from one account to another; the books must agree."""

from conversation import Conversation, expect
from pipe import Pipe, once

BALANCE = 1_000_000
# Made before the first transfer.
TABLES = (
    "create table accounts (id int primary key, balance bigint not null)",
    "create table transfers (number bigint primary key, amount bigint not null)",
    f"insert into accounts values (1, {BALANCE}), (2, {BALANCE})",
)


class Transfers(Pipe):
    """All over one connection. The client prints a row as a line with tabs, and nothing else; an error ends it."""

    PACE = 0.01

    def client(self, address, port):
        """How to run the client."""
        raise NotImplementedError

    def __init__(self, address, port):
        self.begin(self.client(address, port))

    def query(self, text):
        self.send(text + ";\n")
        return self.line().split("\t")

    def ask(self, known):
        if "number" not in known:
            expect(self.query(";".join((*TABLES, "select 1"))), ["1"])
            known["number"] = 0
        number = known["number"] = known["number"] + 1
        amount = number % 7 + 1
        total = known["total"] = known.get("total", 0) + amount
        row = self.query(
            f"begin; update accounts set balance = balance - {amount} where id = 1;"
            f" update accounts set balance = balance + {amount} where id = 2;"
            f" insert into transfers values ({number}, {amount}); commit;"
            " select (select balance from accounts where id = 1), (select balance from accounts where id = 2),"
            " (select max(number) from transfers)")
        expect(row, [str(BALANCE - total), str(BALANCE + total), str(number)])

    def finish(self, known):
        row = self.query("select count(*), sum(amount) from transfers")
        expect(row, [str(known["number"]), str(known["total"])])


def logins(client, option):
    """A new client each time; `option` is how it is given a query."""

    class Logins(Conversation):
        PACE = 0.3

        def __init__(self, address, port):
            self.client = client(address, port)

        def ask(self, known):
            number = known["number"] = known.get("number", 0) + 1
            expect(once([*self.client, f"{option}=select {number} * 2"]), str(number * 2))

    return Logins
