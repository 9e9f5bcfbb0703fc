"""Every page of the permission table in English and in Chinese: nobody finds half a page in the other language.

Not only whole pages: what a wrong form or a refusal answers, and what is said after a deed, is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from muster.callups.models import ViewPass
from tests.house.permissions import Row
from tests.house.reading import CHINESE, read, stored_texts, without
from tests.house.scene import Scene
from tests.house.test_permissions import TABLE
from tests.world import STRANGER

# What is said in the same letters in both languages, and each language's own name.
SAME_IN_ENGLISH = {"简体中文", "召集", "粤语"}
SAME_IN_CHINESE = {"English", "Muster", "app", "https", "http"}
# A word as people write it; codes are capitals and digits, keys have dots and underscores.
WORD = re.compile(r"(?<![\w./:@-])[A-Z]?[a-z]{3,}(?![\w@]|[./_:-]\w)")


def readers(row: Row) -> Iterator[tuple[str, int]]:
    """One of the cast for each status that the row can answer."""
    seen = set()
    for name, status in row.allowed.items():
        if status not in seen:
            seen.add(status)
            yield name, status


def answers(package: str, scene: Scene, language: str) -> Iterator[tuple[str, str, list[str]]]:
    """What each URL of the package says, in the end: where, the HTML, and what was sent, which may come back in it."""
    clients: dict[str, Client] = {}
    # A screen on a wall speaks the language of whoever made its address.
    ViewPass.objects.update(language=language)
    for row in TABLE[package]:
        for name, _status in readers(row):
            client = clients.setdefault(name, scene.world.client_for(name))
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            before = transaction.savepoint()
            address = reverse(row.name, kwargs=row.kwargs(scene))
            sent = row.data(scene)
            answer = getattr(client, row.method)(address, sent)
            while answer.status_code in (301, 302, 303):
                answer = client.get(answer["Location"])
            transaction.savepoint_rollback(before)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                typed = [part for value in sent.values() for part in str(value).split()]
                yield f"{row.method} {row.name} as {name}", answer.content.decode(), typed


@pytest.mark.parametrize("package", TABLE)
def test_no_page_in_english_has_a_word_of_chinese(package: str, scene: Scene) -> None:
    data = stored_texts()
    found = []
    for where, html, sent in answers(package, scene, "en"):
        pieces = without(read(html), [*data, *sent, *SAME_IN_ENGLISH])
        found += [f"{where}: {piece}" for piece in pieces if CHINESE.search(piece)]

    assert found == []


@pytest.mark.parametrize("package", TABLE)
def test_no_page_in_chinese_has_a_word_of_english(package: str, scene: Scene) -> None:
    data = stored_texts()
    found = []
    for where, html, sent in answers(package, scene, "zh-hans"):
        for piece in without(read(html), [*data, *sent]):
            found += [
                f"{where}: {word} in {piece!r}" for word in WORD.findall(piece) if word not in SAME_IN_CHINESE
            ]

    assert found == []


@pytest.mark.parametrize("name", ["worker", STRANGER])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_says_which_language_it_is_in(scene: Scene, name: str, language: str) -> None:
    client = scene.world.client_for(name)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = client.get("/").content.decode()

    assert f'lang="{"en" if language == "en" else "zh-CN"}"' in page
