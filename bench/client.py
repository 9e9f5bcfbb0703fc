"""A small HTTP/1.1 client for load: raw sockets, keep-alive, cookies and forms, so that it costs less than the server."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import math
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

CSRF_FIELD = "csrfmiddlewaretoken"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken"\s+value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. `received` counts the bytes of its body as they came, compressed or not."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received: int
    milliseconds: float

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where a redirect leads, without host."""
        target = urlsplit(self.headers.get("location", ""))
        return target.path + (f"?{target.query}" if target.query else "")

    @property
    def token(self) -> str:
        """The form token in the page; empty when it holds no form."""
        found = _TOKEN.search(self.body)
        return found.group(1).decode() if found else ""


class Session:
    """One visitor on one connection, with his cookies. Not for use by two tasks at once."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.host = host
        self.port = port
        self.headers = dict(headers or {})
        self.cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; redirects are not followed."""
        return await self.send("GET", path, b"", headers or {})

    async def post(
        self, path: str, fields: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """POST of a form, as a browser sends it; give `CSRF_FIELD` from the page that holds the form."""
        extra = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://{self.host}:{self.port}{path}",
        }
        body = urlencode(dict(fields), doseq=True).encode()
        return await self.send("POST", path, body, {**extra, **(headers or {})})

    async def follow(self, path: str, most: int = 5) -> Answer:
        """GET, and again where it is redirected to."""
        answer = await self.get(path)
        for _ in range(most):
            if not answer.location or answer.status not in (301, 302, 303, 307, 308):
                break
            answer = await self.get(answer.location)
        return answer

    async def submit(self, path: str, fields: Mapping[str, object]) -> Answer:
        """Open the page and send the form on it to the same address, as a person does."""
        page = await self.get(path)
        return await self.post(path, {CSRF_FIELD: page.token, **fields})

    async def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request; opens the connection anew when the server has closed it since the last."""
        message = self._message(method, path, body, headers)
        started = time.perf_counter()
        try:
            status, got, raw = await self._exchange(method, message)
        except (ConnectionError, asyncio.IncompleteReadError):
            # A kept-alive connection may be closed by the server between two requests; a new one may not.
            if self._streams is None:
                raise
            await self.close()
            status, got, raw = await self._exchange(method, message)
        took = (time.perf_counter() - started) * 1000
        whole = gzip.decompress(raw) if got.get("content-encoding") == "gzip" else raw
        return Answer(status, got, whole, len(raw), took)

    async def close(self) -> None:
        """Drop the connection; cookies stay."""
        if self._streams is not None:
            writer = self._streams[1]
            self._streams = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _message(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        lines = {"Host": f"{self.host}:{self.port}", "Connection": "keep-alive", **self.headers, **headers}
        if self.cookies:
            lines["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body or method == "POST":
            lines["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body

    async def _exchange(self, method: str, message: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            fresh = await asyncio.open_connection(self.host, self.port, limit=2**20)
        else:
            fresh = self._streams
        self._streams = fresh
        reader, writer = fresh
        writer.write(message)
        await writer.drain()
        status, headers = self._head(await reader.readuntil(b"\r\n\r\n"))
        body = b"" if method == "HEAD" or status in (204, 304) else await _body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return status, headers, body

    def _head(self, raw: bytes) -> tuple[int, dict[str, str]]:
        first, *lines = raw.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                self._remember(value.strip())
            elif name:
                headers[name.lower()] = value.strip()
        return int(first.split()[1]), headers

    def _remember(self, cookie: str) -> None:
        pair, *attributes = cookie.split(";")
        name, _, value = pair.partition("=")
        if any(attribute.strip().lower() == "max-age=0" for attribute in attributes):
            self.cookies.pop(name.strip(), None)
        else:
            self.cookies[name.strip()] = value.strip()


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"]))
        return await reader.read()
    parts: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return b"".join(parts)


Deed = Callable[[Session], Awaitable[Answer]]


@dataclass(slots=True)
class Load:
    """What came of many deeds."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    @property
    def error_pages(self) -> int:
        """Answers of 500 and above, and connections that broke."""
        return sum(count for status, count in self.statuses.items() if status >= 500) + self.failures.total()

    def percentile(self, percent: float) -> float:
        """Milliseconds within which that many percent were answered (nearest rank)."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


async def pour(host: str, port: int, deeds: Iterable[Deed], connections: int) -> Load:
    """Do all deeds, `connections` at a time, each connection one deed after the other with the cookies of its own."""
    load, queue = Load(), iter(deeds)
    started = time.perf_counter()

    async def work() -> None:
        session = Session(host, port)
        for deed in queue:
            session.cookies.clear()
            try:
                answer = await deed(session)
            except (OSError, asyncio.IncompleteReadError) as error:
                load.failures[type(error).__name__] += 1
                await session.close()
                continue
            load.statuses[answer.status] += 1
            load.milliseconds.append(answer.milliseconds)
        await session.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    load.seconds = time.perf_counter() - started
    return load
