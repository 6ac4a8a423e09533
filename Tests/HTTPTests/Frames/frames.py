"""Speaks HTTP/2 to a server frame by frame, rightly and wrongly, and checks what it makes of it.

usage: frames.py PORT

The server must have the handlers of HTTP2FramesTests.swift. Prints a line for each check that fails and ends with the
status 1 if there is one.
"""

import socket
import struct
import sys
import traceback

from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame,
    SettingsFrame, WindowUpdateFrame)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PORT = int(sys.argv[1])
NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, CALM = 0, 1, 7, 11


class Ended(Exception):
    """The server has closed the connection."""


class Connection:
    def __init__(self, settings=None, greet=True):
        self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.encoder, self.decoder, self.buffer = Encoder(), Decoder(), b""
        if greet:
            frame = SettingsFrame(0)
            frame.settings = settings or {}
            self.raw(PREFACE + frame.serialize())

    def raw(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # The server has closed; reading shows it.

    def send(self, *frames):
        self.raw(b"".join(frame.serialize() for frame in frames))

    def frame(self):
        while True:
            if len(self.buffer) >= 9:
                frame, length = Frame.parse_frame_header(memoryview(self.buffer[:9]))
                if len(self.buffer) >= 9 + length:
                    frame.parse_body(memoryview(self.buffer[9:9 + length]))
                    self.buffer = self.buffer[9 + length:]
                    return frame
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                raise Ended()
            self.buffer += data

    def headers(self, stream, fields, ends=True):
        block = self.encoder.encode(fields)
        frame = HeadersFrame(stream, data=block[:16384], flags=["END_HEADERS"] if len(block) <= 16384 else [])
        if ends:
            frame.flags.add("END_STREAM")
        frames, block = [frame], block[16384:]
        while block:
            last = ["END_HEADERS"] if len(block) <= 16384 else []
            frames.append(ContinuationFrame(stream, data=block[:16384], flags=last))
            block = block[16384:]
        return frames

    def request(self, stream, path="/hello", method="GET", ends=True, extra=()):
        fields = [(":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", path), *extra]
        self.send(*self.headers(stream, fields, ends))

    def answer(self, stream, skip_interim=True):
        """The status, the fields and the content; or the code of a reset or a GOAWAY as (None, code, b"")."""
        status, fields, content = None, None, b""
        while True:
            frame = self.frame()
            if isinstance(frame, GoAwayFrame) and frame.error_code != NO_ERROR:
                return None, frame.error_code, b""
            if isinstance(frame, (HeadersFrame, DataFrame)) and isinstance(frame, HeadersFrame):
                fields = dict(self.decoder.decode(frame.data))
                if frame.stream_id == stream:
                    status = int(fields[":status"])
                    if status == 100 and not skip_interim:
                        return status, fields, b""
            elif isinstance(frame, DataFrame) and frame.stream_id == stream:
                content += frame.data
            elif isinstance(frame, RstStreamFrame) and frame.stream_id == stream:
                return None, frame.error_code, content
            if frame.stream_id == stream and "END_STREAM" in frame.flags:
                return status, fields, content

    def goodbye(self):
        """The error of the GOAWAY with which the connection ends; None if it ends without one."""
        code = None
        try:
            while True:
                frame = self.frame()
                if isinstance(frame, GoAwayFrame):
                    code = frame.error_code
        except Ended:
            return code

    def close(self):
        self.socket.close()


def is_alive():
    connection = Connection()
    connection.request(1)
    status, _, content = connection.answer(1)
    connection.close()
    return status == 200 and content == b"hello"


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


# Requests

def check_answer():
    connection = Connection()
    connection.request(1)
    status, fields, content = connection.answer(1)
    expect((status, content) == (200, b"hello"), (status, content))
    expect("date" in fields and fields["content-length"] == "5", fields)


def check_preface_byte_by_byte():
    connection = Connection(greet=False)
    for byte in PREFACE + SettingsFrame(0).serialize():
        connection.raw(bytes([byte]))
    connection.request(1)
    expect(connection.answer(1)[0] == 200, "no answer")


def check_wrong_preface():
    connection = Connection(greet=False)
    connection.raw(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")
    expect(connection.socket.recv(100).startswith(b"HTTP/1.1 505 "), "no answer of HTTP/1.1")


def check_malformed_requests():
    good = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "/hello")]
    without = lambda name: [field for field in good if field[0] != name]
    cases = {
        "upper case name": good + [("Upper", "a")],
        "empty name": good + [("", "a")],
        "space in name": good + [("a b", "a")],
        "connection": good + [("connection", "close")],
        "transfer-encoding": good + [("transfer-encoding", "chunked")],
        "keep-alive": good + [("keep-alive", "timeout=5")],
        "upgrade": good + [("upgrade", "h2c")],
        "te": good + [("te", "gzip")],
        "no method": without(":method"),
        "no scheme": without(":scheme"),
        "other scheme": without(":scheme") + [(":scheme", "ftp")],
        "no path": without(":path"),
        "empty path": without(":path") + [(":path", "")],
        "relative path": without(":path") + [(":path", "hello")],
        "absolute path": without(":path") + [(":path", "http://localhost/hello")],
        "space in path": without(":path") + [(":path", "/hel lo")],
        "fragment": without(":path") + [(":path", "/hello#a")],
        "control character in path": without(":path") + [(":path", "/hello\x01")],
        "asterisk with GET": without(":path") + [(":path", "*")],
        "dot segments": without(":path") + [(":path", "/a/../hello")],
        "encoded slash": without(":path") + [(":path", "/a%2Fhello")],
        "no authority": without(":authority"),
        "empty authority": without(":authority") + [(":authority", "")],
        "user in authority": without(":authority") + [(":authority", "me@localhost")],
        "port too large": without(":authority") + [(":authority", "localhost:65536")],
        "host differs": good + [("host", "other")],
        "two hosts": good + [("host", "localhost"), ("host", "localhost")],
        "pseudo-field twice": [(":path", "/hello")] + good,
        "pseudo-field after others": good[:3] + [("a", "b"), good[3]],
        "unknown pseudo-field": good + [(":other", "a")],
        "status in a request": good + [(":status", "200")],
        "line feed in value": good + [("a", "b\nc: d")],
        "carriage return in value": good + [("a", "b\rc")],
        "NUL in value": good + [("a", "b\x00c")],
        "space before value": good + [("a", " b")],
        "space after value": good + [("a", "b ")],
        "content-length no number": good + [("content-length", "+5")],
        "content-length twice": good + [("content-length", "0"), ("content-length", "0")],
        "content-length without content": good + [("content-length", "5")],
    }
    for name, fields in cases.items():
        connection = Connection()
        connection.send(*connection.headers(1, [(field, value) for field, value in fields]))
        status, code, _ = connection.answer(1)
        expect(status == 400 or (status is None and code == PROTOCOL_ERROR), f"{name}: {status} {code}")
        connection.request(3)
        status, code, _ = connection.answer(3)
        expect(status == 200, f"after {name}: {status} {code}")
        connection.close()


def check_methods():
    connection = Connection()
    connection.request(1, method="OPTIONS", path="*")
    expect(connection.answer(1)[0] in (200, 204, 404, 405), "OPTIONS *")
    connection.request(3, method="BREW")
    expect(connection.answer(3)[0] == 501, "unknown method")
    connection.send(*connection.headers(5, [(":method", "CONNECT"), (":authority", "localhost:80")]))
    expect(connection.answer(5)[0] == 501, "CONNECT")
    connection.request(7, method="HEAD")
    status, fields, content = connection.answer(7)
    expect((status, fields["content-length"], content) == (200, "5", b""), "HEAD")
    connection.request(9, path="/" + "a" * 9000)
    expect(connection.answer(9)[0] == 414, "long path")
    connection.request(11, extra=[("expect", "something")])
    expect(connection.answer(11)[0] == 417, "expectation")


def check_large_header_list():
    connection = Connection()
    connection.request(1, extra=[(f"x-{number}", "a" * 4000) for number in range(20)])
    expect(connection.answer(1)[0] == 431, "80 KB of fields")
    connection.request(3, extra=[(f"x-{number}", "a") for number in range(200)])
    expect(connection.answer(3)[0] == 431, "200 fields")
    connection.request(5)
    expect(connection.answer(5)[0] == 200, "a request after them")


def check_compression_bomb():
    connection = Connection()
    connection.request(1, extra=[("x-bomb", "a" * 3900)])
    expect(connection.answer(1)[0] == 200, "first")
    connection.request(3, extra=[("x-bomb", "a" * 3900)] * 10000)
    expect(connection.answer(3)[0] == 431, "40 MB in 10 KB")


# Content

def check_content_and_trailers():
    connection = Connection()
    connection.request(1, "/length", "POST", ends=False, extra=[("content-length", "10")])
    connection.send(DataFrame(1, b"12345"), DataFrame(1, b"67890"))
    connection.send(*connection.headers(1, [("x-trailer", "a")]))
    status, _, content = connection.answer(1)
    expect((status, content) == (200, b"10"), (status, content))


def check_content_length_mismatch():
    for content in (b"123", b"1234567"):
        connection = Connection()
        connection.request(1, "/length", "POST", ends=False, extra=[("content-length", "5")])
        connection.send(DataFrame(1, content, flags=["END_STREAM"]))
        status, code, _ = connection.answer(1)
        expect(status == 400 or code == PROTOCOL_ERROR, f"{len(content)} of 5: {status} {code}")
    expect(is_alive(), "the server serves nobody")


def check_continue():
    connection = Connection()
    connection.request(1, "/length", "POST", ends=False, extra=[("expect", "100-continue")])
    expect(connection.answer(1, skip_interim=False)[0] == 100, "no interim answer")
    connection.send(DataFrame(1, b"12345", flags=["END_STREAM"]))
    expect(connection.answer(1)[::2] == (200, b"5"), "no final answer")
    connection.request(3, "/ignore", "POST", ends=False, extra=[("expect", "100-continue")])
    expect(connection.answer(3, skip_interim=False)[0] == 200, "the content was asked for in vain")


def check_early_answer():
    connection = Connection()
    connection.request(1, "/ignore", "POST", ends=False)
    expect(connection.answer(1)[0] == 200, "no answer")
    sent, code = 0, None
    while code is None:
        if sent < 60000:
            connection.send(DataFrame(1, b"x" * 1000))
            sent += 1000
        frame = connection.frame()
        if isinstance(frame, RstStreamFrame):
            code = frame.error_code
        expect(not isinstance(frame, GoAwayFrame), "the connection ended")
    expect(code == NO_ERROR, code)


def check_window_of_the_client():
    connection = Connection({SettingsFrame.INITIAL_WINDOW_SIZE: 0})
    connection.request(1)
    content, allowed = b"", 0
    while True:
        frame = connection.frame()
        if isinstance(frame, HeadersFrame):
            connection.decoder.decode(frame.data)
        elif isinstance(frame, DataFrame):
            content += frame.data
            expect(len(content) <= allowed, "more content than the window allows")
        else:
            continue
        if "END_STREAM" in frame.flags:
            break
        if len(content) == allowed:
            allowed += 1
            connection.send(WindowUpdateFrame(1, 1))
    expect(content == b"hello", content)


def check_window_of_the_server():
    connection = Connection()
    connection.request(1, "/sleep", "POST", ends=False)
    window, size = None, 0
    while window is None:
        frame = connection.frame()
        if isinstance(frame, SettingsFrame) and frame.settings:
            window = frame.settings[SettingsFrame.INITIAL_WINDOW_SIZE]
    connection.send(SettingsFrame(0, flags=["ACK"]))
    while size <= window + 65536:
        connection.send(DataFrame(1, b"x" * 16384))
        size += 16384
    connection.socket.settimeout(10)
    while True:
        frame = connection.frame()
        if isinstance(frame, (RstStreamFrame, GoAwayFrame)):
            expect(frame.error_code == 3, f"error {frame.error_code} instead of FLOW_CONTROL_ERROR")
            return


# Streams

def check_slow_request_holds_up_no_other():
    connection = Connection()
    connection.request(1, "/sleep", "POST")
    connection.request(3)
    expect(connection.answer(3)[0] == 200, "no answer")


def check_too_many_streams():
    connection = Connection()
    for number in range(100):
        connection.request(2 * number + 1, "/sleep", "POST")
    connection.request(201)
    status, code, _ = connection.answer(201)
    expect(status is None and code in (REFUSED_STREAM, PROTOCOL_ERROR), (status, code))
    connection.close()
    expect(is_alive(), "the server serves nobody")


def check_rapid_reset():
    connection = Connection()
    for number in range(3000):
        stream = 2 * number + 1
        connection.request(stream, "/sleep", "POST")
        connection.send(RstStreamFrame(stream, 8))
    connection.goodbye()
    expect(is_alive(), "the server serves nobody")


def check_reset_by_error():
    """Streams that the client makes the server reset end one by one, or all with the connection."""
    connection = Connection()
    for number in range(2000):
        stream = 2 * number + 1
        connection.request(stream, "/sleep", "POST", ends=False)
        connection.send(WindowUpdateFrame(stream, 0x7FFFFFFF))
    codes = []
    try:
        while len(codes) < 2000:
            frame = connection.frame()
            if isinstance(frame, GoAwayFrame):
                break
            if isinstance(frame, RstStreamFrame):
                codes.append(frame.error_code)
    except Ended:
        pass
    expect(set(codes) <= {3, REFUSED_STREAM}, set(codes))
    connection.close()
    expect(is_alive(), "the server serves nobody")


# Breaking the rules of the connection

def check_broken_connections():
    def frame(kind, flags, stream, payload):
        return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload

    block = Encoder().encode(
        [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", "/hello")])
    cases = {
        "DATA on stream 0": frame(0, 0, 0, b"a"),
        "DATA on an idle stream": frame(0, 0, 1, b"a"),
        "HEADERS on stream 0": frame(1, 5, 0, block),
        "HEADERS on a stream of the server's": frame(1, 5, 2, block),
        "HEADERS that cannot be decoded": frame(1, 5, 1, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        "HEADERS with too much padding": frame(1, 13, 1, b"\xff" + block),
        "an open header section": frame(1, 1, 1, block) + frame(6, 0, 0, b"12345678"),
        "CONTINUATION of nothing": frame(9, 4, 1, block),
        "CONTINUATION of another stream": frame(1, 1, 1, block[:2]) + frame(9, 4, 3, block[2:]),
        "CONTINUATION without end": frame(1, 1, 1, block) + frame(9, 0, 1, b"") * 100,
        "RST_STREAM of an idle stream": frame(3, 0, 1, struct.pack("!I", 8)),
        "RST_STREAM on stream 0": frame(3, 0, 0, struct.pack("!I", 8)),
        "RST_STREAM of 3 bytes": frame(3, 0, 1, b"abc"),
        "SETTINGS on a stream": frame(4, 0, 1, b""),
        "SETTINGS of 5 bytes": frame(4, 0, 0, b"12345"),
        "SETTINGS with a window that is too large": frame(4, 0, 0, struct.pack("!HI", 4, 1 << 31)),
        "SETTINGS with a frame size that is too small": frame(4, 0, 0, struct.pack("!HI", 5, 100)),
        "PUSH_PROMISE": frame(5, 4, 1, struct.pack("!I", 2) + block),
        "PING on a stream": frame(6, 0, 1, b"12345678"),
        "PING of 7 bytes": frame(6, 0, 0, b"1234567"),
        "GOAWAY on a stream": frame(7, 0, 1, b"\0" * 8),
        "WINDOW_UPDATE of 0": frame(8, 0, 0, struct.pack("!I", 0)),
        "WINDOW_UPDATE beyond the limit": frame(8, 0, 0, struct.pack("!I", 0x7FFFFFFF)),
        "WINDOW_UPDATE of 3 bytes": frame(8, 0, 0, b"abc"),
        "a frame that is too large": frame(0, 0, 1, b"x" * 16385),
        "something else": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 10,
    }
    for name, data in cases.items():
        connection = Connection()
        connection.raw(data)
        try:
            code = connection.goodbye()
        except TimeoutError:
            code = "the connection goes on"
        expect(code not in (None, NO_ERROR, "the connection goes on"), f"{name}: {code}")
        connection.close()
    connection = Connection(greet=False)
    connection.raw(PREFACE + frame(6, 0, 0, b"12345678"))
    expect(connection.goodbye() not in (None, NO_ERROR), "no SETTINGS at first")
    expect(is_alive(), "the server serves nobody")


def check_unknown_things_are_ignored():
    connection = Connection({0x1234: 5})
    connection.raw(b"\0\0\3\x77\0\0\0\0\0abc")
    connection.send(PriorityFrame(1, depends_on=0, stream_weight=5))
    connection.request(1)
    expect(connection.answer(1)[0] == 200, "no answer")


def check_ping():
    connection = Connection()
    connection.send(PingFrame(0, b"12345678"))
    while True:
        frame = connection.frame()
        if isinstance(frame, PingFrame):
            expect("ACK" in frame.flags and frame.opaque_data == b"12345678", frame)
            return


def check_floods():
    empty_data = DataFrame(1, b"")
    for name, frame in {"PING": PingFrame(0, b"12345678"), "SETTINGS": SettingsFrame(0), "DATA": empty_data}.items():
        connection = Connection()
        connection.request(1, "/sleep", "POST", ends=False)
        connection.raw(frame.serialize() * 5000)
        expect(connection.goodbye() in (None, CALM), f"{name}: the connection goes on")
        connection.close()
    expect(is_alive(), "the server serves nobody")


def main():
    failures = 0
    checks = [(name, check) for name, check in sorted(globals().items()) if name.startswith("check_")]
    for name, check in checks:
        try:
            check()
        except Exception as error:
            failures += 1
            where = traceback.extract_tb(error.__traceback__)[-1].lineno
            print(f"{name}: {type(error).__name__}: {error} (line {where})")
    print(f"{len(checks) - failures} of {len(checks)} checks passed")
    sys.exit(1 if failures or not checks else 0)


main()
