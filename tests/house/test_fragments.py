"""A part that a page asks for again is the part that the page was born with: one template, one context, no second truth."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from tests.house.scene import Scene
from tests.world import TOWNSHIP

# What differs between two answers of the same page by its nature: tokens, nonces, and the second of the clock.
CHANGING = [
    re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]*'),
    re.compile(r'(?<=name="nonce" value=")[^"]*'),
    re.compile(r'<time class="num"[^>]*data-clock[^<]*<?/?[^>]*>'),
]
# One of the cast, the whole page, and where its parts come from.
PAGES = {
    "today": ("worker", "web:desk-home", {}, "web:desk-home"),
    "call-up": ("worker", "callups:desk-callup-detail", {"code": "call_up"}, "callups:desk-callup-live"),
    "unit's people": ("liaison", "callups:unit-call", {"code": "unit_call"}, "callups:unit-call-people"),
    "post's list": ("leader", "callups:post-detail", {"code": "post"}, "callups:post-people"),
    "board": ("township_overseer", "oversight:board-place-show", {"division_code": ""}, ""),
    "work": ("worker", "jobs:desk-run-detail", {"code": "work"}, ""),
}


class _Parts(HTMLParser):
    """The outermost elements with an id, as text."""

    VOID = frozenset({"input", "br", "meta", "link", "img", "rect", "line", "path", "use", "circle", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: dict[str, str] = {}
        self._open: list[str] = []
        self._name = ""
        self._text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("id") or ""
        if not self._name and name:
            self._name, self._text, self._open = name, [], []
        if self._name:
            self._text.append(self.get_starttag_text() or "")
            if tag not in self.VOID:
                self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._name:
            self._text.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if not self._name or tag in self.VOID:
            return
        self._text.append(f"</{tag}>")
        while self._open and self._open.pop() != tag:
            pass
        if not self._open:
            self.parts[self._name] = "".join(self._text)
            self._name = ""

    def handle_data(self, data: str) -> None:
        if self._name:
            self._text.append(data)


def steady(html: str) -> str:
    for pattern in CHANGING:
        html = pattern.sub("", html)
    return re.sub(r"\s+", " ", html)


def body(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return steady(answer.content.decode())


def addresses(scene: Scene, page: str) -> tuple[Client, str, str]:
    """Who looks, the page, and its parts."""
    who, name, named, parts = PAGES[page]
    kwargs = {key: scene.code(thing) if thing else TOWNSHIP for key, thing in named.items()}
    whole = reverse(name, kwargs=kwargs)
    return scene.world.client_for(who), whole, reverse(parts, kwargs=kwargs) if parts else whole


@pytest.mark.parametrize("page", PAGES)
def test_the_part_is_what_the_page_was_born_with(scene: Scene, page: str) -> None:
    client, whole, parts = addresses(scene, page)
    born = body(client, whole)

    again = _Parts(body(client, parts, **{"HX-Request": "true"})).parts

    assert again
    assert [name for name, text in again.items() if text not in born] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_part_is_no_whole_page(scene: Scene, page: str) -> None:
    client, _whole, parts = addresses(scene, page)

    assert "<html" not in body(client, parts, **{"HX-Request": "true"})


@pytest.mark.parametrize("page", [page for page, row in PAGES.items() if row[3]])
def test_an_unchanged_part_is_not_drawn_again(scene: Scene, page: str) -> None:
    client, _whole, parts = addresses(scene, page)
    first = client.get(parts, headers={"HX-Request": "true"})

    second = client.get(parts, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert (second.status_code, second.content) == (304, b"")
    assert "private" in first["Cache-Control"]


@pytest.mark.parametrize("page", PAGES)
def test_a_cache_never_gives_a_part_for_the_page(scene: Scene, page: str) -> None:
    client, whole, _parts = addresses(scene, page)

    assert "HX-Request" in client.get(whole)["Vary"]
