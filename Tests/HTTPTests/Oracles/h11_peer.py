"""Answers each request with its target and the length of its content, as h11 understands it: h11_peer.py SOCKET."""

import socket
import sys

import h11

# How many bytes are read at once.
PIECE = 65536


def serve(connection: socket.socket) -> None:
    # As much as is read at once: what it takes must not depend on the pieces in which a head comes.
    state = h11.Connection(h11.SERVER, max_incomplete_event_size=PIECE - 1)
    request, length = None, 0
    try:
        while True:
            event = state.next_event()
            if event is h11.NEED_DATA:
                state.receive_data(connection.recv(PIECE))
            elif isinstance(event, h11.Request):
                request, length = event, 0
            elif isinstance(event, h11.Data):
                length += len(event.data)
            elif isinstance(event, h11.EndOfMessage):
                # A tunnel would be no HTTP any more.
                status = 501 if request.method == b"CONNECT" else 200
                answer(connection, state, status, request.method, request.target + b" %d" % length)
                if state.our_state is not h11.DONE:
                    return
                state.start_next_cycle()
            else:
                return
    except h11.RemoteProtocolError as error:
        if state.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer(connection, state, error.error_status_hint, b"", b"")


def answer(connection: socket.socket, state: h11.Connection, status: int, method: bytes, content: bytes) -> None:
    fields = [("Content-Length", str(len(content)))]
    connection.sendall(state.send(h11.Response(status_code=status, headers=fields)))
    if method != b"HEAD":
        connection.sendall(state.send(h11.Data(data=content)))
    connection.sendall(state.send(h11.EndOfMessage()))


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError:
            pass  # The client has gone.
