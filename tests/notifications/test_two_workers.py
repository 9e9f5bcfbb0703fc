"""Two workers at once, with connections of their own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import LazySettings
from django.db import connection

from muster.notifications.actions import messages, sending
from muster.notifications.actions.messages import Draft
from muster.notifications.enums import MessageState
from muster.notifications.models import Message

COUNT = 60


@pytest.fixture
def received(settings: LazySettings) -> Iterator[list[str]]:
    keys: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: a request is no line of the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.SMS_URL, settings.SMS_KEY = f"http://127.0.0.1:{server.server_port}/", "key"
        yield keys
        server.shutdown()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_one_message_twice(received: list[str]) -> None:
    messages.post(
        [
            Draft(
                send_key=f"k{n}",
                topic="offer",
                person_id=n,
                address="+8613812341234",
                body="来吗？",
                channel="sms",
            )
            for n in range(COUNT)
        ]
    )
    ids = list(Message.objects.values_list("pk", flat=True))
    start = threading.Barrier(2)
    sent: list[int] = []

    def work() -> None:
        start.wait()
        sent.append(sending.send(ids))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(sent) == COUNT
    assert len(received) == len(set(received)) == COUNT
    assert set(Message.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1)}
