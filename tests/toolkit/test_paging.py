"""Pages by the last key seen."""

from datetime import UTC, datetime, timedelta

import pytest

from muster.audit.models import Disclosure
from muster.toolkit.paging import page_after

pytestmark = pytest.mark.django_db
START = datetime(2022, 4, 16, tzinfo=UTC)


def make(field: str, at: datetime = START) -> Disclosure:
    return Disclosure.objects.create(at=at, actor_label="t", person_id=1, field=field, purpose="tests")


@pytest.fixture(autouse=True)
def seven() -> list[Disclosure]:
    """Seven rows, two by two at the same moment: the first key alone does not order them."""
    return [make(str(number), START + timedelta(minutes=number // 2)) for number in range(7)]


def walk(key: tuple[str, ...], size: int) -> list[list[str]]:
    """What stands on each page, from the first to the last."""
    pages: list[list[str]] = []
    after = ""
    while True:
        page = page_after(Disclosure.objects.all(), key=key, after=after, size=size)
        pages.append([row.field for row in page.rows])
        if page.next_cursor is None:
            return pages
        after = page.next_cursor


def test_every_row_comes_once_and_in_order():
    assert walk(("at", "id"), 3) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_the_order_may_be_turned_and_mixed():
    assert walk(("-at", "-id"), 3) == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert walk(("-at", "id"), 3) == [["6", "4", "5"], ["2", "3", "0"], ["1"]]


def test_a_last_page_that_is_full_has_no_empty_one_behind_it():
    assert walk(("id",), 7) == [["0", "1", "2", "3", "4", "5", "6"]]


def test_rows_that_come_later_do_not_repeat_what_was_seen():
    first = page_after(Disclosure.objects.all(), key=("-id",), size=3)
    make("new")

    second = page_after(Disclosure.objects.all(), key=("-id",), after=first.next_cursor or "", size=3)

    assert [row.field for row in second.rows] == ["3", "2", "1"]
    assert second.first is False


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "WzFd", "eyJhIjoxfQ", "WyJub3QgYSBkYXRlIiwgMV0"])
def test_a_forged_cursor_gives_the_first_page(cursor):
    page = page_after(Disclosure.objects.all(), key=("at", "id"), after=cursor, size=3)

    assert [row.field for row in page.rows] == ["0", "1", "2"]
    assert page.first is True


def test_a_page_is_one_query_whatever_its_length(django_assert_num_queries):
    for size in (1, 3):
        with django_assert_num_queries(1):
            page_after(Disclosure.objects.all(), key=("id",), size=size)
