"""A client that misreads an answer would measure something else: it is tried on a server that answers by the book."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from bench.client import CSRF_FIELD, Answer, Load, Session, pour

T = TypeVar("T")
HOST = "127.0.0.1"
PAGE = b'<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="t0ken"></form>'
ANSWERS = {
    "/plain": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n",
    "/packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s",
    "/cookie": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; HttpOnly\r\nContent-Length: 0\r\n\r\n",
    "/forget": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=; Max-Age=0\r\nContent-Length: 0\r\n\r\n",
    "/moved": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/plain?x=1\r\nContent-Length: 0\r\n\r\n",
    "/plain?x=1": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nmoved",
    "/nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/close": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
    "/form": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
    "/error": b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
}
PACKED = gzip.compress(b"hello " * 100)
ANSWERS["/packed"] = ANSWERS["/packed"] % (len(PACKED), PACKED)


@dataclass
class Book:
    """A server that knows its answers, and what it was asked."""

    port: int = 0
    connections: int = 0
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await self._head(reader):
                first, *lines = head.split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines if line)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                path = first.split()[1]
                self.asked.append((path, headers.get("cookie", ""), body))
                if path == "/drop":
                    break
                writer.write(ANSWERS[path])
                await writer.drain()
                if path in ("/close", "/then-drop"):
                    break
        finally:
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> str:
        try:
            return (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            return ""


@asynccontextmanager
async def book() -> AsyncIterator[Book]:
    served = Book()
    server = await asyncio.start_server(served.serve, HOST, 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in a thread of its own: the driver of the browser tests keeps a loop in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def visiting(work: Callable[[Session, Book], Awaitable[None]]) -> Book:
    """Runs `work` with one session on a fresh server."""

    async def run() -> Book:
        async with book() as served:
            session = Session(HOST, served.port)
            await work(session, served)
            await session.close()
            return served

    return apart(run())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/plain", b"hello"),
        ("/chunked", b"hello"),
        ("/packed", b"hello " * 100),
        ("/close", b"until the end"),
    ],
)
def test_body_is_read_whole_however_it_is_sent(path: str, body: bytes) -> None:
    async def work(session: Session, _served: Book) -> None:
        answer = await session.get(path)
        again = await session.get("/plain")

        assert (answer.status, answer.body, again.body) == (200, body, b"hello")

    visiting(work)


def test_bytes_are_counted_as_they_were_sent() -> None:
    async def work(session: Session, _served: Book) -> None:
        answer = await session.get("/packed")

        assert answer.received == len(PACKED) < len(answer.body)

    visiting(work)


def test_connection_is_kept_and_opened_anew_after_the_server_closed_it() -> None:
    async def work(session: Session, served: Book) -> None:
        for path in ("/plain", "/chunked", "/nothing", "/plain"):
            await session.get(path)
        assert served.connections == 1
        await session.get("/close")
        await session.get("/plain")
        assert served.connections == 2

    visiting(work)


def test_connection_that_breaks_twice_is_an_error() -> None:
    async def work(session: Session, served: Book) -> None:
        await session.get("/plain")
        with pytest.raises(asyncio.IncompleteReadError):
            await session.get("/drop")
        assert served.connections == 2

    visiting(work)


def test_cookies_are_kept_sent_and_forgotten() -> None:
    async def work(session: Session, _served: Book) -> None:
        for path in ("/cookie", "/plain", "/forget", "/plain"):
            await session.get(path)

    asked = visiting(work).asked

    assert [cookie for _, cookie, _ in asked] == ["", "a=1; b=2", "a=1; b=2", "b=2"]


def test_redirect_is_told_and_followed_only_when_asked_to() -> None:
    async def work(session: Session, _served: Book) -> None:
        told, followed = await session.get("/moved"), await session.follow("/moved")

        assert (told.status, told.location, followed.text) == (302, "/plain?x=1", "moved")

    visiting(work)


def test_form_is_sent_with_the_token_of_its_page() -> None:
    async def work(session: Session, _served: Book) -> None:
        await session.submit("/form", {"answer": "yes", "who": ["a", "b"]})

    asked = visiting(work).asked

    assert [body for _, _, body in asked] == [b"", CSRF_FIELD.encode() + b"=t0ken&answer=yes&who=a&who=b"]


def test_load_counts_answers_errors_and_broken_connections() -> None:
    def reading(path: str) -> Callable[[Session], Awaitable[Answer]]:
        return lambda session: session.get(path)

    async def run() -> tuple[Load, int]:
        async with book() as served:
            paths = ["/plain"] * 8 + ["/error"] * 2 + ["/drop"]
            return await pour(HOST, served.port, [reading(path) for path in paths], 3), served.connections

    load, connections = apart(run())

    assert dict(load.statuses) == {200: 8, 500: 2}
    assert (load.error_pages, len(load.milliseconds), load.failures.total()) == (3, 10, 1)
    assert load.rate == pytest.approx(10 / load.seconds)
    assert connections <= 5


def test_sessions_of_a_load_share_no_cookies() -> None:
    async def run() -> list[str]:
        async with book() as served:
            await pour(HOST, served.port, [lambda session: session.get("/cookie")] * 4, 1)
            return [cookie for _, cookie, _ in served.asked]

    assert apart(run()) == ["", "", "", ""]


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 5.0), (95, 10.0), (90, 9.0), (10, 1.0), (1, 1.0), (100, 10.0)]
)
def test_percentile_is_the_nearest_rank(percent: float, expected: float) -> None:
    load = Load(milliseconds=[float(number) for number in range(10, 0, -1)])

    assert load.percentile(percent) == expected


def test_nothing_measured_is_nothing() -> None:
    assert (Load().percentile(95), Load().rate, Load().error_pages) == (0.0, 0.0, 0)
