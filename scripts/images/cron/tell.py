"""Tells each client the lines of a file as they are written."""

import time
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Teller(StreamRequestHandler):
    def handle(self):
        with open("/run/ticks") as ticks:
            while True:
                line = ticks.readline()
                if line.endswith("\n"):
                    self.wfile.write(line.encode())
                else:
                    ticks.seek(ticks.tell() - len(line))
                    time.sleep(0.01)


if __name__ == "__main__":
    ThreadingTCPServer.allow_reuse_address = True
    ThreadingTCPServer.daemon_threads = True
    ThreadingTCPServer(("0.0.0.0", 9000), Teller).serve_forever()
