"""What every answer of the permission table carries beside its words: the policy, and who may keep a copy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from muster.toolkit.middleware import PERMISSIONS, POLICY
from tests.house.permissions import Row
from tests.house.scene import Scene
from tests.house.test_permissions import TABLE
from tests.world import STRANGER

# The same for everybody, whoever asks.
FOR_ALL = {"web:home", "web:privacy"}
CODED = re.compile(r"[?&](?:name|phone|id_number|address)=")


def answers(package: str, scene: Scene) -> Iterator[tuple[Row, str, HttpResponse]]:
    """Each page of a package, as one who may read it and one who may not get it."""
    clients: dict[str, Client] = {}
    for row in TABLE[package]:
        if row.method != "get":
            continue
        address = reverse(row.name, kwargs=row.kwargs(scene))
        readers = [name for name, status in row.allowed.items() if status == 200 and name != STRANGER]
        for name in [*readers[:1], STRANGER]:
            client = clients.setdefault(name, scene.world.client_for(name))
            yield row, name, client.get(address)


@pytest.mark.parametrize("package", TABLE)
def test_every_answer_has_the_strict_policy(package: str, scene: Scene) -> None:
    without = [
        f"{row.name} as {name}"
        for row, name, answer in answers(package, scene)
        if (answer["Content-Security-Policy"], answer["Permissions-Policy"]) != (POLICY, PERMISSIONS)
    ]

    assert without == []


@pytest.mark.parametrize("package", TABLE)
def test_nothing_that_is_somebodys_is_kept_on_the_way(package: str, scene: Scene) -> None:
    kept = [
        f"{row.name} as {name}: {answer.get('Cache-Control', 'nothing said')}"
        for row, name, answer in answers(package, scene)
        if answer.status_code == 200
        and row.name not in FOR_ALL
        and not {"private", "no-store"} & set(re.split(r",\s*", answer.get("Cache-Control", "")))
    ]

    assert kept == []


@pytest.mark.parametrize("package", TABLE)
def test_no_address_that_a_page_offers_holds_a_name_or_a_number(package: str, scene: Scene) -> None:
    told = [
        f"{row.name}: {link}"
        for row, _name, answer in answers(package, scene)
        if answer.headers.get("Content-Type", "").startswith("text/html")
        for link in re.findall(r'(?:href|action)="([^"]+)"', answer.content.decode())
        # What the phone dials is seen by no server, and its reader was put on record.
        if not link.startswith("tel:") and (CODED.search(link) or re.search(r"1[3-9]\d{9}", link))
    ]

    assert told == []


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin")],
)
def test_a_page_is_neither_framed_nor_guessed_at_nor_told_of(client: Client, header: str, value: str) -> None:
    assert client.get("/privacy/")[header] == value


def test_the_policy_lets_nothing_inline_run_and_nothing_come_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
