"""A server that speaks like Resend, over real HTTP on the loopback address: it keeps what it accepted by idempotency key as the real one does.

The same key with the same payload gets the id of the first time and nothing more arrives, with another payload it gets 409, and so does a
key whose first request is still under way. Keys are forgotten after 24 hours of the server's own clock, which tests put forward. What it
answers can be scripted, request by request; where nothing is scripted it accepts.
"""

import contextlib
import json
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API_KEY = "re_kanarienvogel_123"
FORGOTTEN_AFTER = 24 * 60 * 60


@dataclass
class Answer:
    """What becomes of one request. It may wait to be accepted (`before`), and then to be answered (`after`), until somebody sets the event."""

    status: int = 200
    name: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    #: In place of what belongs to the status.
    body: bytes | None = None
    #: Whether the e-mail is taken, whatever is answered; by default with a status of 200.
    accepts: bool | None = None
    #: The connection is closed without an answer.
    drops: bool = False
    before: threading.Event | None = None
    after: threading.Event | None = None


@dataclass(frozen=True)
class Arrived:
    """An e-mail that was accepted."""

    id: str
    key: str | None
    payload: dict


class FakeResend:
    """The server, and what it has seen. `clock` is its own, in seconds."""

    def __init__(self) -> None:
        self.clock = 0.0
        #: How many requests came, whatever became of them.
        self.requests = 0
        self.arrived: list[Arrived] = []
        self.script: deque[Answer] = deque()
        #: What each request without a script gets.
        self.usual = Answer()
        self._keys: dict[str, tuple[dict, str, float]] = {}
        self._under_way: set[str] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        # Requests that wait for an event are not waited for.
        self._server.daemon_threads, self._server.block_on_close = True, False
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def to(self, address: str) -> list[Arrived]:
        """What arrived at an address."""
        return [each for each in self.arrived if each.payload["to"] == [address]]

    @contextlib.contextmanager
    def for_a_while(self) -> Iterator[None]:
        """What it comes to know meanwhile it forgets afterwards, and what time it is as well."""
        before = self.clock, list(self.arrived), dict(self._keys)
        yield
        self.clock, self.arrived, self._keys = before

    def close(self) -> None:
        """Ends it: nobody listens any more."""
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, authorization: str | None, key: str | None, payload: dict) -> Answer:
        """What one request gets; an e-mail that is accepted arrives."""
        with self._lock:
            self.requests += 1
            scripted = self.script.popleft() if self.script else self.usual
            if authorization != f"Bearer {API_KEY}":
                return _refusal(403, "invalid_api_key")
            if key is not None and not 1 <= len(key) <= 256:
                return _refusal(400, "invalid_idempotency_key")
            if key in self._under_way:
                return _refusal(409, "concurrent_idempotent_requests")
            if key is not None:
                self._under_way.add(key)
        try:
            if scripted.before:
                scripted.before.wait(60)
            with self._lock:
                result = self._accept(scripted, key, payload)
        finally:
            with self._lock:
                self._under_way.discard(key)
        if scripted.after:
            scripted.after.wait(60)
        return result

    def _accept(self, scripted: Answer, key: str | None, payload: dict) -> Answer:
        if not (scripted.status == 200 if scripted.accepts is None else scripted.accepts):
            return _refusal(scripted.status, scripted.name, scripted)
        known = self._keys.get(key) if key is not None else None
        if known and known[2] > self.clock - FORGOTTEN_AFTER:
            if known[0] != payload:
                return _refusal(409, "invalid_idempotent_request")
            number = known[1]
        else:
            number = str(uuid.uuid4())
            self.arrived.append(Arrived(number, key, payload))
            if key is not None:
                self._keys[key] = payload, number, self.clock
        if scripted.status != 200:
            return _refusal(scripted.status, scripted.name, scripted)
        body = json.dumps({"id": number}).encode() if scripted.body is None else scripted.body
        return Answer(200, body=body, headers={"content-type": "application/json"} | scripted.headers, drops=scripted.drops)


def _refusal(status: int, name: str, scripted: Answer | None = None) -> Answer:
    scripted = scripted or Answer()
    # As the real one does, it repeats in its words what was sent to it: the address, for one.
    body = json.dumps({"statusCode": status, "name": name, "message": f"No: {API_KEY}, kanarienvogel@example.org"}).encode()
    return Answer(status, name, {"content-type": "application/json"} | scripted.headers, body if scripted.body is None else scripted.body, drops=scripted.drops)


class _Handler(BaseHTTPRequestHandler):
    fake: FakeResend

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert self.path == "/emails"
        answer = self.fake.answer_to(self.headers["authorization"], self.headers["idempotency-key"], payload)
        # Whoever asked may have been killed meanwhile.
        with contextlib.suppress(ConnectionError):
            if not answer.drops:
                self.send_response_only(answer.status)
                for name, value in ({"date": self.date_time_string(), "content-length": str(len(answer.body))} | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
        self.close_connection = True

    def log_message(self, *_) -> None:
        """Says nothing on stderr."""


@contextlib.contextmanager
def fake_resend() -> Iterator[FakeResend]:
    """A server for one test."""
    made = FakeResend()
    try:
        yield made
    finally:
        made.close()
