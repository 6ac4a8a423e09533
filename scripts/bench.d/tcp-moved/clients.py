"""All clients of a run, in one process that lives in the lab's outside namespace.

It draws the same courses from the same seed as whoever started it, who says on its standard input, a line each, which
course has begun, and at last that none is left, or that the server is lost. What it prints are lines of JSON: how each
connection ended, what the server tells of its own ends, and at last that all have ended.
"""

import argparse
import asyncio
import errno
import json
import resource
import socket
import struct
import sys
import time

import plans
import shapes
from endpoint import Endpoint, Unexpected, error_name

# How much longer than planned a connection may take: retransmissions after losses, and moves one after the other.
PATIENCE = 40
# How often the server is asked how its connections ended.
REPORT_PACE = 5
OUTCOMES = ("as planned", "a wrong byte at this offset", "the end, where more bytes should have come",
            "more bytes, where the end should have come", "the end, where a reset should have come", "an error",
            "a socket that has lost its options")


def tell(**what):
    print(json.dumps(what), flush=True)


def verdict(identifier, received, sent, outcome, operation, error):
    """How one connection ended at the server, as scripts/images/tcp/verdict.h has it."""
    why = f": {errno.errorcode.get(error, error)}" if error else ""
    return {"identifier": identifier, "received": received, "sent": sent, "outcome": OUTCOMES[outcome] + why,
            "operation": chr(operation) if operation else "none", "good": outcome == 0}


class Clients:
    def __init__(self, address):
        self.address = address
        self.defaults = shapes.Defaults()
        self.running = set()
        # The client's port of each connection, by its number.
        self.ports = {}

    def begin(self, plan):
        task = asyncio.create_task(self.live(plan))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def live(self, plan):
        """One connection, from its beginning to its end or to its deadline."""
        await asyncio.sleep(plan.delay / 1000)
        begin, endpoint, failure = time.time(), None, None
        connection = shapes.make_socket(plan.shape)
        try:
            async with asyncio.timeout(plan.seconds() + PATIENCE):
                while not await self.connect(connection, plan):
                    connection.close()
                    connection = shapes.make_socket(plan.shape)
                endpoint = Endpoint(plan, connection)
                await endpoint.run()
        except Unexpected as error:
            failure = {"expected": error.expected, "seen": error.seen}
        except TimeoutError:
            failure = {"expected": f"its end within {plan.seconds() + PATIENCE:.0f} s",
                       "seen": endpoint.last if endpoint else "no connection"}
        finally:
            connection.close()
        tell(about="client", number=plan.number, begin=begin, end=time.time(), port=self.ports.pop(plan.number, None),
             failure=failure, sent=endpoint.writer.total if endpoint else 0,
             received=endpoint.reader.total if endpoint else 0)

    async def connect(self, connection, plan):
        """Connects, and says what the server is to do; false if another connection's shape has spoiled this one's, whose ends
        would take each other's windows for others than they are."""
        loop = asyncio.get_running_loop()
        try:
            with self.defaults.changed(plan.shape):
                status = connection.connect_ex((self.address, plan.shape.port))
            changes = self.defaults.changes
            self.ports[plan.number] = connection.getsockname()[1]
            if status == errno.EINPROGRESS:
                connected = asyncio.Event()
                loop.add_writer(connection, connected.set)
                try:
                    await connected.wait()
                finally:
                    loop.remove_writer(connection)
                status = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if status:
                raise OSError(status, "connect")
            if self.defaults.changes != changes and not shapes.has_options(connection, plan.shape):
                return False
            if not plan.unheard:
                await loop.sock_sendall(connection, plan.header())
            return True
        except OSError as error:
            raise Unexpected("a connection", error_name(error)) from error

    async def report(self, known):
        """Asks the server how its connections have ended since it was asked last; gives back the number to ask from."""
        reader, writer = await asyncio.open_connection(self.address, shapes.REPORTS)
        try:
            writer.write(struct.pack("<Q", known))
            answer = await reader.read(-1)
        finally:
            writer.close()
        token, following, is_open, unheard = struct.unpack_from("<QQII", answer)
        verdicts = [verdict(*fields) for fields in struct.iter_unpack("<QIIBBHxxxx", answer[24:])]
        if len(verdicts) != following - known:
            raise ValueError(f"{len(verdicts)} verdicts, where {following - known} should have come")
        tell(about="server", token=token, open=is_open, unheard=unheard, verdicts=verdicts)
        return following, is_open

    async def report_all(self, ended):
        """Asks again and again until all have ended on both sides, or the server has had time enough for that."""
        known, is_open, last = 0, 1, None
        while True:
            is_last = ended.is_set()
            last = last or (time.monotonic() + PATIENCE if is_last else None)
            try:
                async with asyncio.timeout(PATIENCE):
                    known, is_open = await self.report(known)
            except (OSError, ValueError, struct.error, TimeoutError) as error:
                tell(about="report", failure=f"{type(error).__name__} {error}")
            if is_last and (is_open == 0 or time.monotonic() > last):
                return
            if is_last:
                await asyncio.sleep(0.5)
            else:
                try:
                    await asyncio.wait_for(ended.wait(), REPORT_PACE)
                except TimeoutError:
                    pass


async def lines():
    """What comes on the standard input."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield line.decode().strip()


async def main(options):
    courses = plans.draw(options.seed, options.moves, options.connections, options.kinds.split(","), options.usual)
    clients, ended = Clients(options.address), asyncio.Event()
    reports = asyncio.create_task(clients.report_all(ended))
    async for line in lines():
        if line == "lost":
            tell(about="end")
            return
        if line == "end":
            break
        for plan in courses[int(line)].connections:
            clients.begin(plan)
    else:
        # Whoever started it is gone.
        sys.exit(1)
    while clients.running:
        await asyncio.wait(clients.running)
    ended.set()
    await reports
    tell(about="end")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("address", "kinds"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("seed", "moves", "connections"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--usual", action="store_true")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(parser.parse_args()))
