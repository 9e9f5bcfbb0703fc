"""Two loads at once: one after the other, and the second finds nothing to do."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from muster.audit.models import Entry
from muster.territory.actions.load import Loaded, load_divisions
from muster.territory.models import Division

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
