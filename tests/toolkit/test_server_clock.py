"""A drill moves the server's clock for itself, and for nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from muster.audit.actions import trail
from muster.audit.models import Entry
from muster.toolkit import server_clock
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from muster.toolkit.server_clock import HEADER, DrillClock

MORNING = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)


@pytest.fixture
def ask(settings: LazySettings) -> Callable[..., HttpResponse]:
    """A request through the middleware to a page that says what time it is."""
    settings.DRILL_CLOCK = True

    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(server_clock.now().isoformat())

    def send(**headers: str) -> HttpResponse:
        return DrillClock(page)(RequestFactory().get("/post/", headers=headers))

    return send


def told(answer: HttpResponse) -> datetime:
    return datetime.fromisoformat(answer.content.decode())


def is_now(at: datetime) -> bool:
    return abs(at - timezone.now()) < timedelta(seconds=5)


def test_clock_shows_the_time_of_the_server(ask: Callable[..., HttpResponse]) -> None:
    assert is_now(told(ask()))


def test_signed_header_moves_the_clock_for_one_request(ask: Callable[..., HttpResponse]) -> None:
    moved = ask(**{HEADER: server_clock.sign(MORNING)})

    assert told(moved) == MORNING
    assert is_now(told(ask()))
    assert server_clock.is_moved() is False


@pytest.mark.parametrize(
    "forge",
    [
        lambda signed: signed.partition(".")[0],
        lambda signed: signed.replace(signed[:10], "1893456000"),
        lambda signed: signed[:-1] + ("0" if signed[-1] != "0" else "1"),
        lambda signed: "",
        lambda signed: "now",
        lambda signed: "①②③." + signed.partition(".")[2],
    ],
)
def test_header_that_is_not_ours_is_a_bad_request(
    ask: Callable[..., HttpResponse], forge: Callable[[str], str]
) -> None:
    assert ask(**{HEADER: forge(server_clock.sign(MORNING))}).status_code == 400


def test_key_of_another_copy_does_not_move_it(
    ask: Callable[..., HttpResponse], settings: LazySettings
) -> None:
    signed = server_clock.sign(MORNING)
    settings.LINK_KEY = "another copy"

    assert ask(**{HEADER: signed}).status_code == 400


def test_copy_that_allows_no_drill_clock_does_not_look_at_it(
    ask: Callable[..., HttpResponse], settings: LazySettings
) -> None:
    settings.DRILL_CLOCK = False

    assert is_now(told(ask(**{HEADER: server_clock.sign(MORNING)})))


def test_clock_is_back_after_a_page_that_failed(settings: LazySettings) -> None:
    settings.DRILL_CLOCK = True

    def broken(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        DrillClock(broken)(RequestFactory().get("/", headers={HEADER: server_clock.sign(MORNING)}))

    assert server_clock.is_moved() is False


@pytest.mark.django_db
def test_moved_clock_does_deeds_of_drills_only() -> None:
    def record(**facts: Any) -> None:
        trail.record(
            "a.b.done", actor=SYSTEM, obj_kind="thing", obj_code="T", division_code=None, at=MORNING, **facts
        )

    with server_clock.moved_to(MORNING):
        record(is_drill=True)
        with pytest.raises(Refused) as refused:
            record()

    record()
    assert refused.value.code == "drill_clock"
    assert list(Entry.objects.order_by("pk").values_list("is_drill", flat=True)) == [True, False]
