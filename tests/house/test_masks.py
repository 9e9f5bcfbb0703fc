"""Whose number stands on a page: on every page of Muster, for each of the cast, nobody's but one's own."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from muster.audit.models import Disclosure
from muster.people.models import Person
from muster.people.rules.identity import ID_CHECKS, ID_WEIGHTS
from tests.house.scene import Scene
from tests.house.test_permissions import TABLE

MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
FLAT = "3栋2单元501"
# A page with the number of somebody whom one is calling; the tap that led there was written down.
OPENED_BY_DIALING = {"callups:desk-ring-detail"}


def id_number(sequence: int) -> str:
    """The identity number of one of the cast, who are all born on the same day."""
    first = f"51010719850615{sequence:03d}"
    return first + ID_CHECKS[sum(int(d) * w for d, w in zip(first, ID_WEIGHTS, strict=True)) % 11]


@pytest.fixture
def everything_on_file(scene: Scene) -> dict[str, Person]:
    """Everybody with phone, identity number and address; by the phone as people write it."""
    for number, person in enumerate(Person.objects.order_by("pk")):
        person.id_number, person.address = id_number(number), f"浆洗街12号{FLAT}"
        person.save()
    return {person.phone.removeprefix("+86"): person for person in Person.objects.all()}


@pytest.mark.parametrize("package", TABLE)
def test_no_page_shows_a_number_that_nobody_asked_for(
    package: str, scene: Scene, everything_on_file: dict[str, Person]
) -> None:
    clients = {name: scene.world.client_for(name) for name in scene.world.accounts}
    numbers = {person.id_number for person in everything_on_file.values()}
    written = list(Disclosure.objects.values_list("actor_account_id", "person_id"))
    shown = []
    for row in TABLE[package]:
        if row.method != "get":
            continue
        address = reverse(row.name, kwargs=row.kwargs(scene))
        for name in [name for name, status in row.allowed.items() if status == 200 and name in clients]:
            response = clients[name].get(address)
            if not response.headers.get("Content-Type", "").startswith("text/"):
                continue
            page = response.content.decode()
            phones = {found for found in MOBILE.findall(page) if found in everything_on_file}
            known = {scene.world.person(name).pk}
            if row.name in OPENED_BY_DIALING:
                known |= {whose for who, whose in written if who == scene.world.account(name).pk}
            if {everything_on_file[phone].pk for phone in phones} - known:
                shown.append(f"a phone on {row.name} as {name}")
            if any(number in page for number in numbers):
                shown.append(f"an identity number on {row.name} as {name}")
            if FLAT in page:
                shown.append(f"an address on {row.name} as {name}")

    assert shown == []
    # A page that is only looked at discloses nothing, so nothing is written down either.
    assert list(Disclosure.objects.values_list("actor_account_id", "person_id")) == written
