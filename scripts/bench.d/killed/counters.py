"""Clients that count, in one process that lives in the lab's outside namespace.

Each has one connection for the whole run, and has Redis count a number of its own up over it, again and again. It ends when
its standard input does, and prints what each has seen as lines of JSON.
"""

import argparse
import asyncio
import json
import sys
import time

# Seconds between two questions of a client.
PACE = 0.01
# Nobody waits for longer than this for an answer.
PATIENCE = 120
# A wait that is told of by itself, in seconds.
STALL = 1.0


class Counter:
    def __init__(self, server, number):
        self.server, self.key = server, f"count-{number}"
        self.count, self.failure, self.stalls, self.longest = 0, None, [], 0.0

    async def run(self, ended):
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(self.server, 6379)
            while not ended.is_set():
                await self.ask(reader, writer)
                await asyncio.sleep(PACE)
            writer.close()
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError) as error:
            why = "no answer" if isinstance(error, TimeoutError) else f"{type(error).__name__} {error}"
            self.failure = f"after {self.count}: {why}"

    async def ask(self, reader, writer):
        begin = time.time()
        writer.write(f"INCR {self.key}\r\n".encode())
        async with asyncio.timeout(PATIENCE):
            answer = await reader.readuntil(b"\r\n")
        if answer != f":{self.count + 1}\r\n".encode():
            raise ValueError(f"the answer was {answer!r}")
        self.count += 1
        waited = time.time() - begin
        self.longest = max(self.longest, waited)
        if waited > STALL:
            self.stalls.append([begin, waited])


async def main(options):
    ended = asyncio.Event()
    counters = [Counter(server, number) for server in options.servers for number in range(options.clients)]
    running = asyncio.gather(*(counter.run(ended) for counter in counters))
    await asyncio.to_thread(sys.stdin.read)
    ended.set()
    await running
    for counter in counters:
        print(json.dumps(vars(counter)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("servers", nargs="+")
    asyncio.run(main(parser.parse_args()))
