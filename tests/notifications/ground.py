"""Providers on the loopback, and a message to hand to them."""

import socketserver
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.utils import timezone

from muster.jobs import queue
from muster.notifications.actions.messages import Draft
from muster.notifications.models import Message

KEY = "shared-with-the-provider"


@dataclass
class Provider:
    """A provider of text messages on the loopback; `answers` are its next status codes, then always 202.

    A `silent` one takes the request and never answers.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    retry_after: str = ""
    silent: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)


def listening(state: Provider) -> ThreadingHTTPServer:
    """A server that answers as `state` says; the caller closes it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append({"headers": dict(self.headers), "body": body})
            if state.silent:
                # Longer than any test waits, and no thread of the server outlives it.
                threading.Event().wait(2)
                return
            self.send_response(state.answers.pop(0) if state.answers else 202)
            if state.retry_after:
                self.send_header("Retry-After", state.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: a request is no line of the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/send"
    return server


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs to hand over a mail.

    `answers` replaces what it says to a command: GREETING, EHLO, AUTH, MAIL, RCPT, DATA, or END for the mail itself.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.answers: dict[str, str] = {}
        self.mails: list[tuple[str, bytes]] = []


class MailSession(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        answers = {"GREETING": "220 ready", "DATA": "354 go on", "END": "250 taken", **self.server.answers}
        self.say(answers["GREETING"])
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "QUIT":
                self.say("221 bye")
                return
            if word == "RCPT":
                recipient = line.partition("<")[2].rstrip(">")
            self.say(answers.get(word, "250 ok"))
            if word == "DATA" and answers["DATA"].startswith("354"):
                mail = b""
                while not mail.endswith(b"\r\n.\r\n"):
                    mail += self.rfile.readline()
                if answers["END"].startswith("2"):
                    self.server.mails.append((recipient, mail.removesuffix(b".\r\n")))
                self.say(answers["END"])

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def draft(key: str = "a", channel: str = "sms", address: str = "+8613812341234", **more: Any) -> Draft:
    return Draft(
        send_key=key,
        topic="offer",
        person_id=1,
        address=address,
        title="社区请你帮忙",
        body="明天来吗？",
        channel=channel,
        **more,
    )


def sent_after(hours: int = 0) -> tuple[str, int, str]:
    """Run what is due by then; the state, attempts and error of the only message."""
    queue.drain(until=timezone.now() + timedelta(hours=hours))
    message = Message.objects.get()
    return message.state, message.attempts, message.error
