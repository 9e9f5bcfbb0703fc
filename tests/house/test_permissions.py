"""Every URL × every one of the cast (architecture.md §6; pretix's table, with a neighbor in it)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.house import permissions
from tests.house.permissions import Row
from tests.house.scene import Scene
from tests.world import EVERYBODY, STRANGER

TABLE: dict[str, list[Row]] = {
    module.name: importlib.import_module(f"{permissions.__name__}.{module.name}").ROWS
    for module in pkgutil.iter_modules(permissions.__path__)
}
ROWS = [row for rows in TABLE.values() for row in rows]


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


def test_every_url_has_a_row() -> None:
    without = sorted(set(url_names(get_resolver())) - {row.name for row in ROWS})

    assert without == []


def test_the_neighbor_is_let_in_nowhere_without_a_reason() -> None:
    unexplained = [
        row.name
        for row in ROWS
        if "neighbor" in row.allowed and row.allowed["neighbor"] < 400 and not row.why_neighbor
    ]

    assert unexplained == []


@pytest.mark.parametrize("package", TABLE)
def test_each_of_the_cast_gets_what_the_table_says(package: str, scene: Scene) -> None:
    clients = {name: scene.world.client_for(name) for name in EVERYBODY}
    surprises = []
    for row in TABLE[package]:
        address = reverse(row.name, kwargs=row.kwargs(scene))
        for name, client in clients.items():
            # What one of the cast was allowed to do must not be what the next one finds done.
            before = transaction.savepoint()
            if name == STRANGER:
                # Who was here before and lost the session is led to the door; a stranger never was.
                client.cookies.clear()
            status = getattr(client, row.method)(address, row.data(scene)).status_code
            transaction.savepoint_rollback(before)
            if status != row.status_for(name):
                surprises.append(f"{row.method} {row.name} as {name}: {status}, not {row.status_for(name)}")

    assert surprises == []
