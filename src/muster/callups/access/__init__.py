"""The only way from an id, a code or a link to an object of a call-up."""

from muster.callups.access.command import (
    commanded,
    commands,
    communities_commanded,
    get_dispatch_place,
    get_run,
    runs_over,
)
from muster.callups.access.doors import (
    OFFER_LINK,
    call_ups_visible_to,
    gate_posts_visible_to,
    get_call_up,
    get_offer,
    get_post,
    get_raising_place,
    get_shift,
    get_unit_call,
    may,
    offer_of_link,
    offer_to_answer,
    posts_visible_to,
    raised_by_form,
    unit_calls_visible_to,
)
from muster.callups.access.whole import locked_offer

__all__ = [
    "OFFER_LINK",
    "call_ups_visible_to",
    "commanded",
    "commands",
    "communities_commanded",
    "gate_posts_visible_to",
    "get_call_up",
    "get_dispatch_place",
    "get_offer",
    "get_post",
    "get_raising_place",
    "get_run",
    "get_shift",
    "get_unit_call",
    "locked_offer",
    "may",
    "offer_of_link",
    "offer_to_answer",
    "posts_visible_to",
    "raised_by_form",
    "runs_over",
    "unit_calls_visible_to",
]
