"""The first wave: ten thousand people chosen, each with reasons, and a message to each in the queue."""

from __future__ import annotations

import time

from rich.console import Console

from bench import cast
from bench.figures import Figure
from bench.stage import Stage
from muster.callups.actions import waves
from muster.callups.models import CallUp, Offer
from muster.notifications.models import Message
from muster.toolkit.actor import SYSTEM

TITLE = "First wave to 10,000 people"
PEOPLE = 10_000
POSTS = 10


def measure(console: Console, stage: Stage) -> list[Figure]:
    """From the order to ask until the last message is queued."""
    console.print(f"  making {PEOPLE + 1_000:,} people who live at {stage.host} ...", style="dim")
    cast.volunteers(PEOPLE + 1_000, first=50_000_000, division_code=cast.WAVE_PLACE)
    call = cast.call_up([PEOPLE // POSTS] * POSTS, division_code=cast.WAVE_PLACE, day=2)
    CallUp.objects.filter(pk=call.pk).update(state="open", ask_cap=2 * PEOPLE)
    before = Message.objects.count()
    started = time.perf_counter()
    wave = waves.ask_more(call, actor=SYSTEM, headcount=PEOPLE)
    seconds = time.perf_counter() - started
    CallUp.objects.filter(pk=call.pk).update(state="halted")
    return [
        Figure("queued", seconds, "s", goal=10),
        Figure("people asked", wave.asked, "people", goal=PEOPLE, more_is_better=True),
        Figure(
            "offers", Offer.objects.filter(call_up=call).count(), "offers", goal=PEOPLE, more_is_better=True
        ),
        Figure(
            "messages queued", Message.objects.count() - before, "messages", goal=PEOPLE, more_is_better=True
        ),
        Figure("people per second", wave.asked / seconds, "1/s"),
    ]
