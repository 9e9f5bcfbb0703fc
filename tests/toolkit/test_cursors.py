"""A cursor comes back from anybody's browser: whatever it holds, it gives a page, and never a row too many."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.audit.models import Disclosure
from muster.toolkit.paging import page_after

pytestmark = pytest.mark.django_db
START = datetime(2022, 4, 16, tzinfo=UTC)
KEY = ("at", "field", "id")
TIMES = 4
several = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)


def make(field: str, minute: int = 0) -> Disclosure:
    return Disclosure(
        at=START + timedelta(minutes=minute), actor_label="t", person_id=1, field=field, purpose="tests"
    )


@pytest.fixture(autouse=True)
def rows() -> Iterator[None]:
    Disclosure.objects.bulk_create(make(f"f{number % 3}", number // 2) for number in range(8))
    yield


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def fields(after: str, key: tuple[str, ...] = KEY, size: int = 3) -> list[str]:
    return [row.field for row in page_after(Disclosure.objects.all(), key=key, after=after, size=size).rows]


@pytest.mark.parametrize(
    "after",
    [
        "",
        "%",
        "é",
        "\x00",
        "=" * 3,
        "A" * 3000,
        cursor(),
        cursor("2022-04-16T00:00:00Z"),
        cursor("2022-04-16T00:00:00Z", "f1", 1, 2),
        cursor("no day", "f1", 1),
        cursor("2022-13-45T99:99:99Z", "f1", 1),
        cursor("2022-04-16T00:00:00Z", "f\x00", 1),
        cursor("2022-04-16T00:00:00Z", "f1", "one"),
        cursor("2022-04-16T00:00:00Z", "f1", float("inf")),
        cursor("2022-04-16T00:00:00Z", "f1", float("nan")),
        cursor("2022-04-16T00:00:00Z", "f1", {"id": 1}),
        cursor("2022-04-16T00:00:00Z", "f1", [1]),
        cursor("2022-04-16T00:00:00Z", None, 1),
        cursor(None, None, None),
        cursor("2022-04-16T00:00:00", "f1", 1),
        base64.urlsafe_b64encode(b'{"at": 1, "field": 2, "id": 3}').decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_was_never_ours_gives_the_first_page(after: str) -> None:
    page = page_after(Disclosure.objects.all(), key=KEY, after=after, size=3)

    assert page.first is True
    assert [row.field for row in page.rows] == ["f0", "f1", "f0"]


@pytest.mark.parametrize("number", [10**500, 10**30, -(10**30), 2**63, -(2**63) - 1])
def test_a_number_that_no_column_holds_is_beyond_all_rows_or_before_them(number: int) -> None:
    assert fields(cursor(number), key=("id",), size=99) == ([] if number > 0 else fields("", ("id",), 99))


@several
@given(text=st.text(max_size=60))
def test_any_text_gives_a_page(text: str) -> None:
    assert len(fields(text)) <= 3


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)


@several
@given(values=st.tuples(plain, plain, plain))
def test_any_values_give_a_page(values: tuple[object, object, object]) -> None:
    assert len(fields(cursor(*values))) <= 3


@several
@given(
    key=st.sampled_from([("at", "id"), ("-at", "id"), ("field", "-at", "id"), ("-field", "-id"), ("-id",)]),
    size=st.integers(1, 9),
)
def test_pages_of_any_size_and_order_are_the_whole_list_cut_up(key: tuple[str, ...], size: int) -> None:
    whole = list(Disclosure.objects.order_by(*key).values_list("pk", flat=True))

    walked: list[int] = []
    after: str | None = ""
    while after is not None:
        page = page_after(Disclosure.objects.all(), key=key, after=after, size=size)
        assert page.first is (after == "")
        walked += [row.pk for row in page.rows]
        after = page.next_cursor

    assert walked == whole


def test_rows_that_come_and_go_between_two_pages_move_no_other() -> None:
    first = page_after(Disclosure.objects.all(), key=("at", "id"), size=3)
    assert first.next_cursor
    Disclosure.objects.bulk_create([make("before", -5), make("behind", 99)])

    second = page_after(Disclosure.objects.all(), key=("at", "id"), after=first.next_cursor, size=99)

    seen = [row.pk for row in (*first.rows, *second.rows)]
    assert len(seen) == len(set(seen))
    assert [row.field for row in second.rows][-1] == "behind"
    assert "before" not in {row.field for row in second.rows}
    assert len(second.rows) == 8 - 3 + 1


def test_a_cursor_of_another_list_opens_no_row_that_the_list_does_not_hold() -> None:
    mine = Disclosure.objects.filter(field="f1")
    after = page_after(Disclosure.objects.all(), key=("at", "id"), size=1).next_cursor
    assert after

    assert {row.field for row in page_after(mine, key=("at", "id"), after=after, size=99).rows} == {"f1"}


def test_an_empty_list_is_one_empty_page() -> None:
    page = page_after(Disclosure.objects.none(), key=("id",))

    assert (page.rows, page.next_cursor, page.first) == ([], None, True)
