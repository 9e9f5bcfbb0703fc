"""The doors of call-ups. What is missing and what is forbidden look the same from outside."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from muster.callups.access.whole import offer_by_code
from muster.callups.enums import GATE_TASKS
from muster.callups.models import Assignment, CallUp, Offer, Post, Ring, Shift, UnitCall
from muster.people import links
from muster.people.access import RUNNERS, Need, kinds_for, ranges_q
from muster.people.enums import RoleKind
from muster.records.enums import DutyKind
from muster.territory.enums import Level
from muster.territory.models import Division
from muster.toolkit.actor import Actor

Row = TypeVar("Row", bound=Model)
OFFER_LINK = "offer"  # the purpose of the links that open an offer
ORDER_LINK = "order"  # and of those that open an order


def call_ups_visible_to(actor: Actor, need: Need = Need.SEE) -> QuerySet[CallUp]:
    """The call-ups of the places of `actor`: overseers see, the community and its township run them."""
    return CallUp.objects.filter(ranges_q(actor, *kinds_for(need)))


def get_call_up(actor: Actor, code: str, need: Need = Need.SEE) -> CallUp:
    """The call-up with this code, if the roles of `actor` reach it for `need`; else 404."""
    return _found(call_ups_visible_to(actor, need).select_related("template", "raised_by__person"), code)


def raised_by_form(actor: Actor, request_key: UUID | None) -> CallUp | None:
    """The call-up that `actor` raised with this form; None where it is new, or somebody else's."""
    mine = call_ups_visible_to(actor, Need.OPERATE).filter(raised_by=actor.account_id)
    return mine.filter(request_key=request_key).first() if request_key else None


def offer_of_link(token: str, at: datetime) -> Offer:
    """The offer that a signed link opens, with its call-up and person, for whoever holds it.

    Refuses `link_forged` and `link_expired`.
    """
    offers = Offer.objects.select_related("call_up", "person")
    return _found(offers, links.read(OFFER_LINK, token, at))


def order_of_link(token: str, at: datetime) -> Assignment:
    """The order that a signed link opens, with all that its page says. Refuses `link_forged` and `link_expired`."""
    orders = Assignment.objects.filter(offer=None, duty_kind=DutyKind.ON_PAID_DUTY).select_related(
        "call_up", "person", "shift__post__leader"
    )
    return _found(orders, links.read(ORDER_LINK, token, at))


def offer_to_answer(token: str, at: datetime) -> Offer:
    """The same with no more than an answer needs."""
    return offer_by_code(links.read(OFFER_LINK, token, at))


def get_offer(actor: Actor, code: str, need: Need = Need.SEE) -> Offer:
    """The offer to the person who acts, or one of a call-up that `actor` runs (to answer for somebody on the phone)."""
    mine = Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=[])
    reached = mine | ranges_q(actor, *kinds_for(need), field="call_up__division_code")
    return _found(_whole_offers().filter(reached), code)


def offer_to_ring(actor: Actor, code: str) -> Offer:
    """The offer with this code in a call-up that `actor` runs; being asked oneself is no reason to ring."""
    reached = ranges_q(actor, *kinds_for(Need.OPERATE), field="call_up__division_code")
    return _found(_whole_offers().filter(reached), code)


def get_ring(actor: Actor, code: str) -> Ring:
    """The call by telephone with this code, for the one who makes it while he runs the call-up; else 404."""
    mine = ranges_q(actor, *kinds_for(Need.OPERATE), field="offer__call_up__division_code")
    rings = Ring.objects.filter(mine, account=actor.account_id)
    whole = ("offer__call_up", "offer__person", "offer__slot__shift__post")
    return _found(rings.select_related(*whole), code)


def unit_calls_visible_to(actor: Actor, need: Need = Need.SEE) -> QuerySet[UnitCall]:
    """The calls to the units of `actor`, and those of the call-ups that he may see or run."""
    units = [grant.organization_id for grant in actor.grants if grant.kind == RoleKind.UNIT_LIAISON]
    return UnitCall.objects.filter(Q(unit__in=units) | ranges_q(actor, *kinds_for(need)))


def get_unit_call(actor: Actor, code: str, need: Need = Need.SEE) -> UnitCall:
    """The call to one unit, for its liaison and for those who run or see the call-up."""
    return _found(unit_calls_visible_to(actor, need).select_related("call_up", "unit"), code)


def posts_visible_to(actor: Actor, need: Need = Need.SEE) -> QuerySet[Post]:
    """The posts that `actor` leads, and those of his places; a shift leader works there and changes nothing."""
    kinds = (*kinds_for(need), RoleKind.SHIFT_LEADER) if need != Need.MANAGE else kinds_for(need)
    led = Q(leader_id=actor.person_id) if actor.person_id and need != Need.MANAGE else Q(pk__in=[])
    return Post.objects.filter(led | ranges_q(actor, *kinds))


def get_post(actor: Actor, code: str, need: Need = Need.SEE) -> Post:
    """The post with this code for its leader, the shift leaders and those who run the community."""
    return _found(posts_visible_to(actor, need).select_related("call_up", "leader"), code)


def gate_posts_visible_to(actor: Actor) -> QuerySet[Post]:
    """The posts at the gates of the places that `actor` guards; he looks on there, and writes nothing."""
    at_a_gate = Q(gate__isnull=False) | Q(task_kind__in=GATE_TASKS)
    return Post.objects.filter(at_a_gate, ranges_q(actor, RoleKind.GUARD))


def get_shift(actor: Actor, code: str, need: Need = Need.SEE) -> Shift:
    """One shift of a post that `actor` may see or run."""
    shifts = Shift.objects.filter(post__in=posts_visible_to(actor, need))
    return _found(shifts.select_related("post__leader", "call_up"), code)


def _whole_offers() -> QuerySet[Offer]:
    return Offer.objects.select_related(
        "call_up", "person__volunteer", "slot__shift__post__leader", "pledge", "unit_call"
    )


def _found(rows: QuerySet[Row], code: str) -> Row:
    row = rows.filter(code=code).first()
    if row is None:
        raise Http404
    return row


def get_raising_place(actor: Actor, code: str) -> Division:
    """The community for which `actor` raises a call-up: the one with this code, or with "" the first of his places."""
    communities = Division.objects.filter(
        ranges_q(actor, *RUNNERS, field="code"), level=Level.COMMUNITY, valid_to=None
    )
    if code:
        communities = communities.filter(code=int(code) if code.isdecimal() else 0)
    found = communities.order_by("code").first()
    if found is None:
        raise Http404
    return found


def may(actor: Actor, call_up: CallUp, need: Need) -> bool:
    """True if the roles of `actor` open this call-up for `need`; for buttons, never in the place of a door."""
    return actor.has(*kinds_for(need), division_code=call_up.division_code)
