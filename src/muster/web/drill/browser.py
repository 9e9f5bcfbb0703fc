"""The browser of one simulated person: cookies of its own, forms sent as the page holds them, patience with a server that dies.

A tap that got no answer is sent again: every deed of Muster answers the second time as it did the first. What the server
acknowledged before it died is compared with the database at the end.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from urllib.parse import urljoin, urlsplit

import httpx
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.toolkit.refusal import Refused
from muster.toolkit.server_clock import HEADER, sign
from muster.web.drill.pages import Button, PageForm, PageRead, read

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.5
TIMEOUT_SECONDS = 30.0
KNOCKS = 6
MOST_HOPS = 10
SERVER_FAULT = 500


class Unexpected(Exception):
    """An answer that no person could go on from."""


@dataclass
class Server:
    """The server of a drill, reached by many browsers over shared connections."""

    url: str
    transport: httpx.BaseTransport = field(default_factory=lambda: httpx.HTTPTransport(retries=0))
    requests: int = 0
    faults: int = 0
    patience: float = PATIENCE_SECONDS
    sleep: Callable[[float], None] = time.sleep
    _lock: Lock = field(default_factory=Lock)

    def close(self) -> None:
        """Hang up all connections."""
        self.transport.close()

    def count(self, *, fault: bool) -> None:
        """One more request, and whether it came to nothing."""
        with self._lock:
            self.requests += 1
            self.faults += fault


@dataclass(frozen=True)
class Answer:
    """What came back: where the browser is now, and the page."""

    status: int
    url: str
    body: str
    headers: httpx.Headers

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def page(self) -> PageRead:
        return read(self.body)


class Browser:
    """One person's browser."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._client = httpx.Client(
            transport=_Shared(server.transport),
            base_url=server.url,
            timeout=TIMEOUT_SECONDS,
            headers={"Accept-Language": "zh-CN"},
            trust_env=False,
        )

    def get(self, address: str, *, at: datetime | None = None) -> Answer:
        """Open an address; `at` is the time that the drill plays."""
        return self._send("GET", _path(address), None, at)

    def press(
        self,
        opened: Answer,
        form: PageForm,
        button: Button | None = None,
        *,
        changes: Mapping[str, str | list[str]] | None = None,
        at: datetime | None = None,
    ) -> Answer:
        """Send a form of the page `opened` as it stands there, with these changes, by this button."""
        fields = form.filled(changes or {})
        if button is not None and button.name:
            fields = {**fields, button.name: [button.value]}
        return self._send("POST", _path(urljoin(opened.url, form.action or opened.url)), fields, at)

    def _send(
        self, method: str, path: str, fields: dict[str, list[str]] | None, at: datetime | None
    ) -> Answer:
        response = self._answered(method, path, fields, at)
        for _hop in range(MOST_HOPS):
            if not response.has_redirect_location:
                return Answer(response.status_code, str(response.url), response.text, response.headers)
            # What was sent has been answered; if the page it leads to fails, only that page is asked for again.
            leads_to = urljoin(str(response.url), response.headers["Location"])
            response = self._answered("GET", _path(leads_to), None, at)
        raise Unexpected(f"{method} {_bare(path)}: led on for ever")

    def _answered(
        self, method: str, path: str, fields: dict[str, list[str]] | None, at: datetime | None
    ) -> httpx.Response:
        """The answer to one request, asked for until there is one."""
        headers = {HEADER: sign(at)} if at else {}
        end = time.monotonic() + self.server.patience
        while True:
            try:
                response = self._client.request(method, path, data=fields, headers=headers)
            except httpx.TransportError as error:
                trouble = type(error).__name__
            else:
                trouble = f"http {response.status_code}" if response.status_code >= SERVER_FAULT else ""
            self.server.count(fault=bool(trouble))
            if not trouble:
                return response
            if time.monotonic() > end:
                raise Unexpected(f"{method} {_bare(path)}: {trouble} for {self.server.patience:.0f} s")
            self.server.sleep(PAUSE_SECONDS)


def knock(server: Server) -> None:
    """Refuses a server that this drill cannot be played on, before anything is done.

    `nobody_answers`; `drill_clock_off`, where a forged time is not even looked at; `another_copy`, whose key is not ours.
    """
    forged = _asked(server, "0.forged")
    if forged != HTTPStatus.BAD_REQUEST:
        raise Refused(
            "drill_clock_off",
            _("The server at %(url)s lets no drill move the clock. Start it with DRILL_CLOCK=1.")
            % {"url": server.url},
        )
    if _asked(server, sign(timezone.now())) == HTTPStatus.BAD_REQUEST:
        raise Refused(
            "another_copy",
            _(
                "The server at %(url)s works on another data folder. Set MUSTER_VAR to that one, or leave --url out."
            )
            % {"url": server.url},
        )


def _asked(server: Server, clock: str) -> int:
    """The status of the health page, asked a few times; what a proxy or another program answers is no answer of ours."""
    client = httpx.Client(transport=_Shared(server.transport), timeout=TIMEOUT_SECONDS, trust_env=False)
    for _try in range(KNOCKS):
        with contextlib.suppress(httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol):
            status = client.get(f"{server.url}/healthz", headers={HEADER: clock}).status_code
            if status in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:
                return status
        server.sleep(PAUSE_SECONDS)
    raise Refused(
        "nobody_answers",
        _("No Muster answers at %(url)s. Start it with `muster serve`, or leave --url out.")
        % {"url": server.url},
    )


class _Shared(httpx.BaseTransport):
    """Connections that outlive a browser: hundreds of people share a few."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._transport.handle_request(request)


def _path(address: str) -> str:
    """An address of this copy without its host: links in messages name the public one."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _bare(path: str) -> str:
    """Without the query, which may hold what nobody else should read."""
    return path.split("?", maxsplit=1)[0]
