"""Divisions for tests: the whole province where the promise is about all of it, a small edition where it is about change."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from muster.territory.actions.editions import Edition
from muster.territory.actions.load import load_divisions

MakeEdition = Callable[..., Edition]


@pytest.fixture(scope="module")
def province(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All 37,728 divisions, loaded once for the tests of one module and gone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_divisions()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def make_edition(tmp_path: Path) -> MakeEdition:
    """A small edition of its own: `make_edition(date(2024, 6, 30), ["510107001006,锦里社区居委会,community"])`."""

    def make(began_on: date, rows: list[str], ended: list[str] | None = None) -> Edition:
        folder = tmp_path / began_on.isoformat() / str(len(list(tmp_path.iterdir())))
        folder.mkdir(parents=True)
        (folder / "sichuan_divisions.csv").write_text("\n".join(["code,name,level", *rows]), encoding="utf-8")
        header = "code,name,level,began_on,ended_on,replaced_by"
        (folder / "replaced_codes.csv").write_text("\n".join([header, *(ended or [])]), encoding="utf-8")
        return Edition(began_on, folder)

    return make
