"""A street with one community and one village, small enough to build in a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from muster.territory.enums import DivisionKind, Level
from muster.territory.models import Division
from muster.territory.rules import names, parent_of, range_of
from muster.web.demo import DemoSummary, build

AT = datetime(2026, 4, 16, 2, 0, tzinfo=UTC)
STREET, JINLI, VILLAGE = 510107001000, 510107001006, 510107001200
PLACES = [
    (510000000000, Level.PROVINCE, "四川省", 0, 0),
    (510100000000, Level.CITY, "成都市", 0, 0),
    (510107000000, Level.COUNTY, "武侯区", 0, 0),
    (STREET, Level.TOWNSHIP, "浆洗街街道", 3200, 1340),
    (JINLI, Level.COMMUNITY, "锦里社区居委会", 3000, 1250),
    (VILLAGE, Level.COMMUNITY, "花园村村民委员会", 200, 90),
]


def make_street() -> Division:
    """浆洗街街道 with 3,200 people."""
    for code, level, name, people, households in PLACES:
        short = names.short_name(name)
        Division.objects.create(
            code=code,
            high=range_of(code, level)[1],
            level=level,
            parent_code=parent_of(code, level),
            name=name,
            short_name=short,
            kind=names.kind_of(name, code) if level == Level.COMMUNITY else "",
            search_keys=names.keys_of(short),
            population=people,
            household_count=households,
            lon=104.04,
            lat=30.64,
            valid_from=AT.date(),
        )
    assert Division.objects.get(code=VILLAGE).kind == DivisionKind.VILLAGE
    return Division.objects.get(code=STREET)


@pytest.fixture
def street(db: None) -> Division:
    """The street alone."""
    return make_street()


@pytest.fixture(scope="module")
def built(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[DemoSummary]:
    """The demo of the street, built once for the tests of a module and gone after them.

    A module that wants call-ups in motion says so: `IN_MOTION = True`.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        make_street()
        yield build(STREET, 7, in_motion=getattr(request.module, "IN_MOTION", False), at=AT)
        transaction.set_rollback(True)
