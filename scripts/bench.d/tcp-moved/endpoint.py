"""The client's end of one connection: does what its role says and compares what it sees with what it should."""

import asyncio
import errno
import fcntl
import os
import socket
import struct
import termios

from stream import PIECE, TO_CLIENT, TO_SERVER, URGENT, Stream

# How often it is looked whether something has come about that the event loop does not tell.
LOOK = 0.005
LINGER_NOT = struct.pack("ii", 1, 0)
# A reset is told by the first to read or write; who comes after that, or after the end, is told this.
TELL_RESET = (errno.ECONNRESET, errno.EPIPE)
STATES = ("", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
          "LAST_ACK", "LISTEN", "CLOSING")


class Unexpected(Exception):
    """The connection behaved otherwise than it should have."""

    def __init__(self, expected, seen):
        super().__init__(expected, seen)
        self.expected, self.seen = expected, seen


def error_name(error):
    return errno.errorcode.get(error.errno, str(error))


class Half:
    """The writer or the reader."""

    def __init__(self, steps):
        self.steps = steps
        self.at = 0
        self.total = 0

    def __str__(self):
        step = self.steps[self.at] if self.at < len(self.steps) else "done"
        return f"{step} after {self.total} bytes"


class Endpoint:
    def __init__(self, plan, connection):
        self.plan, self.socket = plan, connection
        self.loop = asyncio.get_running_loop()
        self.writer, self.reader = Half(plan.client.writer), Half(plan.client.reader)
        self.outgoing = Stream(plan.identifier, TO_SERVER)
        self.incoming = Stream(plan.identifier, TO_CLIENT)
        self.is_broken = False
        self.has_read = asyncio.Event()
        # How it stood when it ended.
        self.last = "not begun"

    async def run(self):
        """Plays the role to its end, and closes the socket. Raises Unexpected."""
        halves = [asyncio.create_task(self.play(self.reader, self.read_step)),
                  asyncio.create_task(self.play(self.writer, self.write_step))]
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_EXCEPTION)
            for half in halves:
                if half.done() and not half.cancelled():
                    half.result()
        finally:
            self.last = f"writer at {self.writer}, reader at {self.reader}, socket {self.state()}"
            await self.stop(*halves)
            self.socket.close()

    @staticmethod
    async def stop(*tasks):
        """The event loop must no longer look at the socket when it is closed."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def play(self, half, do):
        while half.at < len(half.steps):
            step = half.steps[half.at]
            if step.operation == "S":
                await asyncio.sleep(step.pause / 1000)
            elif step.operation in "CX" and half is self.writer:
                return self.close(with_reset=step.operation == "X")
            else:
                await do(step)
            half.at += 1
            self.has_read.set()

    def close(self, with_reset):
        if with_reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.loop.remove_reader(self.socket)
        self.socket.close()

    def state(self):
        if self.socket.fileno() < 0:
            return "closed"
        info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 240)
        number, retransmits, backoff = info[0], info[2], info[4]
        unacked, = struct.unpack_from("I", info, 24)
        acked, received = struct.unpack_from("QQ", info, 120)
        unsent, = struct.unpack_from("I", info, 144)
        window = struct.unpack_from("I", info, 228)[0] if len(info) >= 232 else None
        name = STATES[number] if number < len(STATES) else str(number)
        return (f"{name} ({acked} bytes acknowledged, {unacked} segments not, {unsent} bytes unsent, window {window}, "
                f"{retransmits} times repeated, backoff {backoff}; {received} bytes received)")

    # ---- The writer

    async def write_step(self, step):
        half = self.writer
        if step.operation == "A":
            await self.until(lambda: self.reader.total >= step.count)
        elif step.operation == "E":
            await self.until(lambda: self.reader.at == len(self.reader.steps))
        elif step.operation == "B":
            await self.write_until_broken(step)
        else:
            try:
                await self.write(step)
            except OSError as error:
                self.is_broken |= error.errno in TELL_RESET
                if not (self.is_broken and self.plan.client.may_break):
                    raise Unexpected(f"to do {step} after {half.total} bytes", error_name(error)) from error
                half.at = len(half.steps)

    async def until(self, condition):
        while not condition():
            self.has_read.clear()
            await self.has_read.wait()

    async def write(self, step):
        half = self.writer
        if step.operation == "F":
            self.socket.shutdown(socket.SHUT_WR)
        elif step.operation == "U":
            await self.send_urgent(self.outgoing.piece(half.total, 1))
            half.total += 1
        elif step.operation == "O":
            await self.send_urgent(URGENT)
        else:
            left = step.count
            while left:
                portion = min(left, step.chunk or PIECE, PIECE)
                await self.loop.sock_sendall(self.socket, self.outgoing.piece(half.total, portion))
                half.total += portion
                left -= portion
                if step.pause and left:
                    await asyncio.sleep(step.pause / 1000)

    async def send_urgent(self, byte):
        while True:
            try:
                self.socket.send(byte, socket.MSG_OOB)
                return
            except BlockingIOError:
                await asyncio.sleep(LOOK)

    async def write_until_broken(self, step):
        while not self.is_broken:
            try:
                await self.loop.sock_sendall(self.socket, self.outgoing.piece(self.writer.total, step.chunk))
            except OSError as error:
                if error.errno not in TELL_RESET:
                    raise Unexpected("the server's reset", error_name(error)) from error
                self.is_broken = True
            self.writer.total += step.chunk
            await asyncio.sleep(step.pause / 1000)

    # ---- The reader

    async def read_step(self, step):
        if step.operation == "L":
            while self.readable() < step.count:
                await asyncio.sleep(LOOK)
        elif step.operation == "O":
            await self.read_mark()
        elif step.operation == "R":
            await self.read(step)
        elif step.operation == "f":
            if got := await self.receive(1, "the end of the server's bytes"):
                raise Unexpected(f"the end after {self.reader.total} bytes", f"{len(got)} more")
        else:
            await self.read_until_reset()

    def readable(self):
        return struct.unpack("i", fcntl.ioctl(self.socket, termios.FIONREAD, bytes(4)))[0]

    async def receive(self, size, expected):
        try:
            return await self.loop.sock_recv(self.socket, size)
        except OSError as error:
            self.is_broken |= error.errno in TELL_RESET
            raise Unexpected(f"{expected} after {self.reader.total} bytes", error_name(error)) from error

    async def read(self, step):
        done = 0
        while done < step.count:
            portion = min(step.count - done, PIECE)
            if step.chunk:
                portion = min(portion, step.chunk - done % step.chunk)
            got = await self.receive(portion, f"{step.count - done} bytes more")
            if not got:
                raise Unexpected(f"{step.count - done} bytes more after {self.reader.total}", "the end")
            self.check(got)
            done += len(got)
            if step.pause and done % step.chunk == 0 and done < step.count:
                await asyncio.sleep(step.pause / 1000)

    def check(self, got):
        half = self.reader
        expected = self.incoming.piece(half.total, len(got))
        if got != expected:
            right = len(os.path.commonprefix([got, expected]))
            half.total += right
            wrong = slice(right, right + 16)
            raise Unexpected(f"{expected[wrong].hex()} at offset {half.total}", self.place(got[wrong]))
        half.total += len(got)
        self.has_read.set()

    def place(self, got):
        """Where wrong bytes belong: nearby in the same stream, as a rule, when some are missing or came twice."""
        if len(got) >= 8:
            offset = self.incoming.find(got)
            if offset is not None:
                return f"{got.hex()}, which belong at offset {offset} or a multiple of the ring's length after it"
        return got.hex()

    async def read_mark(self):
        while True:
            try:
                got = self.socket.recv(1, socket.MSG_OOB)
                break
            except OSError as error:
                # EINVAL: none has been announced yet.
                if error.errno not in (errno.EAGAIN, errno.EINVAL):
                    raise Unexpected(f"an urgent byte after {self.reader.total} bytes", error_name(error)) from error
            await asyncio.sleep(LOOK)
        if got != URGENT:
            raise Unexpected(f"the urgent byte {URGENT.hex()}", got.hex() or "the end")

    async def read_until_reset(self):
        """What comes before the reset is checked; how much that is nobody knows."""
        while not self.is_broken:
            try:
                got = await self.loop.sock_recv(self.socket, PIECE)
            except OSError as error:
                if error.errno not in TELL_RESET:
                    raise Unexpected("the server's reset", error_name(error)) from error
                self.is_broken = True
                return
            if got:
                self.check(got)
            elif not self.is_broken:
                raise Unexpected(f"the server's reset after {self.reader.total} bytes", "the end")
