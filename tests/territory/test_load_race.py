"""Two loads at once: one after the other, and the second finds nothing to do."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from muster.audit.models import Entry
from muster.territory.actions.load import Loaded, load_divisions
from muster.territory.models import Division
from tests.racing import at_once

from .conftest import MakeEdition

ROWS = ["510000000000,四川省,province", "510100000000,成都市,city", "510107000000,武侯区,county"]


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_begin_every_division_once(make_edition: MakeEdition) -> None:
    edition = make_edition(date(2023, 6, 30), ROWS)
    start, done = Barrier(2), list[Loaded]()

    def load() -> None:
        start.wait()
        try:
            done.append(load_divisions(edition=edition))
        finally:
            connection.close()

    threads = [Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(loaded.begun for loaded in done) == [0, 3]
    assert Division.objects.count() == 3
    assert Entry.objects.filter(verb="territory.divisions.loaded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_older_and_a_younger_list_at_once_end_with_the_younger(make_edition: MakeEdition) -> None:
    older = make_edition(date(2023, 6, 30), ROWS)
    younger = make_edition(date(2024, 6, 30), [*ROWS[:2], "510107000000,武侯新区,county"])

    outcomes = at_once([lambda: load_divisions(edition=older), lambda: load_divisions(edition=younger)])

    # The older one came first, or it was refused: it never comes second.
    assert outcomes[0] == "edition_superseded" or isinstance(outcomes[0], Loaded)
    assert isinstance(outcomes[1], Loaded)
    assert Division.objects.get(code=510107000000, valid_to=None).name == "武侯新区"
    assert Division.objects.filter(valid_to=None).count() == 3
