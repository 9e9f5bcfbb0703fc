"""What the journeys share: call-ups on the clock of the machine, links as messages carry them, hands that count taps."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page

from muster.callups.access import OFFER_LINK
from muster.callups.models import CallUp, Offer, Post
from muster.callups.rules.drafts import SeatsDraft
from muster.people import links
from muster.people.models import Person
from tests.callups.drafting import draft, offer_to, post, raised, shift
from tests.world import World


class Hand:
    """A thumb on a page. Every press counts, and so does every word that has to be typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, target: Locator) -> None:
        target.click()
        self.taps += 1

    def type(self, target: Locator, text: str) -> None:
        target.fill(text)
        self.taps += 1


def call_up_at(
    world: World, start: datetime, *, seats: int = 3, name: str = "北门", **facts: object
) -> CallUp:
    """A call-up of one post that was raised some hours before its shift begins."""
    form = draft(
        seats,
        posts=(post(name, shift(SeatsDraft("general", seats), start=start)),),
        reply_by=start - timedelta(hours=2),
        **facts,
    )
    return raised(world.actor("worker"), form, at=min(timezone.now(), start - timedelta(hours=6)))


def coming(world: World, *, seats: int = 3, **facts: object) -> CallUp:
    """One that begins in six hours: people are being asked."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=7)
    return call_up_at(world, start, seats=seats, **facts)


def running(world: World, *, seats: int = 3, **facts: object) -> CallUp:
    """One that began half an hour ago: people are at their posts."""
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=30)
    return call_up_at(world, start, seats=seats, **facts)


def asked(call_up: CallUp, person: Person, **facts: object) -> Offer:
    """That person asked now, as a wave asks."""
    return offer_to(call_up, person, asked_at=timezone.now(), **facts)


def link_to(offer: Offer) -> str:
    """The address that the message to this person carries."""
    token = links.make(OFFER_LINK, offer.code, expires_at=timezone.now() + timedelta(days=1))
    return reverse("callups:my-offer", args=[token])


def post_of(call_up: CallUp) -> Post:
    """The one post of a call-up."""
    return Post.objects.get(call_up=call_up)


def press_twice(button: Locator) -> None:
    """Two presses within the same moment, as an impatient thumb makes them."""
    button.evaluate("(button) => { button.click(); button.click(); }")


def tab_to(page: Page, target: Locator, most: int = 80) -> int:
    """Presses Tab until `target` has the focus; how often that was."""
    for presses in range(1, most + 1):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return presses
    raise AssertionError(f"{target} was not reached with {most} presses of Tab")
