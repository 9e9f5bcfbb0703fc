"""What a person reads and hears on a page: its text, and the attributes that are read out or shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.apps import apps
from django.db import models

CHINESE = re.compile(r"[\u3400-\u9fff]+")
# Parts that hold a name, a code or the other language on purpose.
SPOKEN = (
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "value",
    "data-confirm",
    "data-live-held",
    "data-copied",
)
MUTE = {"script", "style", "svg"}
# The switch says the name of the other language in that language; an initial is a part of a name.
SKIPPED = re.compile(r"\bava\b")
MASKED = re.compile(r"[\u3400-\u9fff]\*+[\u3400-\u9fff]*")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._mute: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._mute:
            if tag == self._mute[0]:
                self._mute.append(tag)
            return
        if tag in MUTE or SKIPPED.search(given.get("class", "")):
            self._mute.append(tag)
            return
        is_typed = tag in ("input", "option", "button") and given.get("type") not in ("submit", "button")
        self.said += [given[name] for name in SPOKEN if name in given and not (name == "value" and is_typed)]

    def handle_endtag(self, tag: str) -> None:
        if self._mute and tag == self._mute[0]:
            self._mute.pop()

    def handle_data(self, data: str) -> None:
        if not self._mute and data.strip():
            self.said.append(data)


def read(html: str) -> list[str]:
    """Each piece of text of the page, in its order."""
    reader = _Reader()
    reader.feed(html)
    return [" ".join(piece.split()) for piece in reader.said]


def stored_texts() -> list[str]:
    """Every text that the database holds, the longest first: names, places and what people typed are data in any language."""
    found: set[str] = set()
    for model in apps.get_models():
        if not model.__module__.startswith("muster."):
            continue
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.TextField | models.CharField) and not field.choices
        ]
        for row in model._default_manager.values_list(*names) if names else []:
            found.update(_pieces(row))
    return sorted(found, key=len, reverse=True)


def _pieces(row: tuple[object, ...]) -> Iterator[str]:
    for value in row:
        for line in str(value or "").splitlines():
            if len(line.strip()) > 1:
                yield " ".join(line.split())


def without(pieces: list[str], data: list[str]) -> list[str]:
    """The pieces after everything that is data was taken out of them."""
    left = []
    for piece in pieces:
        text = piece
        for known in data:
            if known in text:
                text = text.replace(known, " ")
        left.append(MASKED.sub(" ", text))
    return left
