"""Reading pages as a signed-in visitor: how long each takes, how many queries, how many bytes."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from bench import cast
from bench.client import Answer, Load, Session
from bench.stage import Stage
from muster.people.models import Account

LINKED = re.compile(rb"""<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"[^>]*>""")
INSIDE_STYLES = re.compile(rb"""url\(["']?([^"')]+)["']?\)""")
SHOWN = ("stylesheet", "icon", "manifest", "modulepreload", "preload")


def visit(stage: Stage, account: Account | None, path: str, times: int) -> Load:
    """The same page again and again on one kept-alive connection; raises when it is not the page that was wanted."""
    return asyncio.run(_visit(visitor(stage, account), path, times))


async def _visit(session: Session, path: str, times: int) -> Load:
    load = Load()
    for _ in range(times + 3):
        answer = await session.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}: {answer.text[:300]}")
        load.milliseconds.append(answer.milliseconds)
        load.statuses[answer.status] += 1
    await session.close()
    del load.milliseconds[:3]
    load.seconds = sum(load.milliseconds) / 1000
    return load


def visitor(stage: Stage, account: Account | None) -> Session:
    """A browser in which this one has signed in; nobody: one without a session."""
    session = Session(stage.host, stage.port, {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"})
    if account is not None:
        session.cookies[settings.SESSION_COOKIE_NAME] = cast.cookie_of(account)
    return session


def queries_of(account: Account, path: str) -> int:
    """Statements that one reading of the page sends to the database."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cast.cookie_of(account)
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return len(caught)


@dataclass(frozen=True)
class Weight:
    """Bytes of a first visit: page, styles, scripts, pictures and fonts. `gzipped` packs each file by itself."""

    gzipped: int
    sent: int
    files: int


def weigh(stage: Stage, account: Account | None, path: str) -> Weight:
    """Fetches the page and all that it links to."""
    return asyncio.run(_weigh(visitor(stage, account), path))


async def _weigh(session: Session, path: str) -> Weight:
    page = await session.follow(path)
    if page.status != 200:
        raise RuntimeError(f"{path} answers {page.status}")
    waiting = [urljoin(path, link) for link in _links(page.body)]
    got: dict[str, Answer] = {path: page}
    while waiting:
        address = waiting.pop()
        if address in got or not address.startswith("/"):
            continue
        answer = await session.get(address)
        got[address] = answer
        if "css" in answer.headers.get("content-type", ""):
            waiting += [urljoin(address, found.decode()) for found in INSIDE_STYLES.findall(answer.body)]
    await session.close()
    return Weight(
        sum(packed(one) for one in got.values()), sum(one.received for one in got.values()), len(got)
    )


def packed(answer: Answer) -> int:
    """Bytes of the body under gzip -6, or as it is where that is smaller (fonts and pictures are packed already)."""
    return min(len(gzip.compress(answer.body, 6)), len(answer.body))


def _links(body: bytes) -> list[str]:
    """What the browser fetches by itself; a link that only leads somewhere is none of that."""
    found = []
    for match in LINKED.finditer(body):
        tag = match.group(0).decode("utf-8", "replace")
        if not tag.startswith("<link") or any(f'rel="{kind}' in tag for kind in SHOWN):
            found.append(match.group(1).decode())
    return found


def list_pages(account: Account) -> list[str]:
    """Address of every list of the desk that this one may see."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cast.cookie_of(account)
    routes = [
        f"/{route}" for name, route in _routes(get_resolver().url_patterns, "") if _is_list(name, route)
    ]
    return [path for path in routes if client.get(path).status_code == 200]


def _is_list(name: str, route: str) -> bool:
    return "desk-" in name and name.endswith("-list") and "<" not in route


def _routes(patterns: Sequence[URLPattern | URLResolver], before: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _routes(pattern.url_patterns, route)
        elif pattern.name:
            found.append((pattern.name, route))
    return found
