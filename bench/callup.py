"""The page of a call-up with a thousand people on it."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from rich.console import Console

from bench import cast, pages
from bench.figures import Figure
from bench.stage import Stage
from muster.callups.actions import offers
from muster.callups.models import CallUp, Offer
from muster.toolkit.actor import Actor

TITLE = "Call-up page with 1,000 people asked, beside a peer's page with 500"
PEOPLE = 1_000
POSTS = 10
# A quarter says yes, a quarter no, as in a real wave; the others have not answered.
ANSWERS = PEOPLE // 4
VISITS = 60
EPHIOS_P95, EPHIOS_QUERIES = 3_495.0, 1_041


def measure(console: Console, stage: Stage) -> list[Figure]:
    """The whole page, and the part of it that is asked for every few seconds."""
    call = busy_call_up(console)
    path = reverse("callups:desk-callup-detail", args=[call.code])
    live = reverse("callups:desk-callup-live", args=[call.code])
    page, refresh = (
        pages.visit(stage, cast.worker(), path, VISITS),
        pages.visit(stage, cast.worker(), live, VISITS),
    )
    return [
        Figure("page p95", page.percentile(95), "ms", EPHIOS_P95, 150),
        Figure("page p50", page.percentile(50), "ms"),
        Figure("page queries", pages.queries_of(cast.worker(), path), "queries", EPHIOS_QUERIES, 15),
        Figure("refresh p95", refresh.percentile(95), "ms", goal=150),
        Figure("refresh queries", pages.queries_of(cast.worker(), live), "queries", goal=15),
    ]


def busy_call_up(console: Console) -> CallUp:
    """A thousand asked, some of whom have answered."""
    console.print(f"  asking {PEOPLE:,} people ...", style="dim")
    call = cast.call_up([60] * POSTS)
    people = cast.volunteers(PEOPLE, first=40_000_000)
    asked = cast.offers(call, people, list(call.slots.order_by("pk")))
    for offer in asked[:ANSWERS]:
        offers.accept(offer, actor=_self(offer), risk_confirmed=True)
    for offer in asked[ANSWERS : 2 * ANSWERS]:
        offers.decline(offer, "work", actor=_self(offer), at=timezone.now())
    return call


def _self(offer: Offer) -> Actor:
    return Actor(label=offer.person.code, person_id=offer.person_id)
