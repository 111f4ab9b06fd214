"""For what works in child processes and must ask nobody: a server that writes down what it is asked for, and which children there are."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def listening() -> Iterator[tuple[str, set[str]]]:
    """A server on the loopback interface: (its address, the paths that were asked of it)."""
    asked = set()

    class Listen(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.add(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listen)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def children(module: str) -> list[int]:
    """The children of this process that run a module of ours."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True, timeout=30).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, parent, command in rows if int(parent) == os.getpid() and module in command]
