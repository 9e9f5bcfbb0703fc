"""Small random worlds of call-ups as rows, and the plain way to count them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

from muster.callups.enums import AssignmentState, CallUpState, OfferState, UnitCallState
from muster.callups.models import Assignment, CallUp, Offer, Slot, UnitCall
from muster.callups.queries.funnel import Funnel
from muster.organizations.models import ResidentUnit
from muster.people.models import Person
from muster.territory.enums import DivisionKind, Level
from muster.territory.models import Division
from muster.territory.rules import parent_of, range_of
from tests.callups.drafting import NOW
from tests.web.ground import make_call_up, make_slot
from tests.world import CITY, COUNTY, FAR_COUNTY, HERE, NEXT_DOOR, PROVINCE, SINCE, TOWNSHIP, World

OTHER_STREET = 510_107_002_000
OTHER_COUNTY = 510_104_000_000
MORE = {
    OTHER_STREET: (Level.TOWNSHIP, "望江路街道"),
    510_107_002_001: (Level.COMMUNITY, "致民路社区"),
    OTHER_COUNTY: (Level.COUNTY, "锦江区"),
    510_104_017_000: (Level.TOWNSHIP, "锦官驿街道"),
    510_104_017_001: (Level.COMMUNITY, "水井坊社区"),
    513_200_000_000: (Level.CITY, "阿坝藏族羌族自治州"),
    513_221_100_000: (Level.TOWNSHIP, "威州镇"),
    513_221_100_001: (Level.COMMUNITY, "桑坪社区"),
}
COMMUNITIES = [HERE, NEXT_DOOR, 510_107_002_001, 510_104_017_001, 513_221_100_001]
PLACES = [PROVINCE, CITY, COUNTY, TOWNSHIP, HERE, NEXT_DOOR, FAR_COUNTY, *MORE]
MOMENTS = {CallUpState.STOOD_DOWN: "stood_down_at", CallUpState.CLOSED: "closed_at"}
ANSWERED = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.WITHDRAWN)
ENDED = (AssignmentState.WITHDRAWN, AssignmentState.STOOD_DOWN)


def widen() -> None:
    """More places than the cast needs: a second street, county and city, each with a community."""
    Division.objects.bulk_create(
        Division(
            code=code,
            high=range_of(code, level)[1],
            level=level,
            parent_code=parent_of(code, level),
            name=name,
            short_name=name,
            kind=DivisionKind.COMMUNITY if level == Level.COMMUNITY else "",
            valid_from=SINCE,
        )
        for code, (level, name) in MORE.items()
    )


def place(code: int) -> Division:
    """The division in force with that code."""
    return Division.objects.get(code=code)


def muster(world: World, people: list[Person], chance: random.Random) -> None:
    """Up to five call-ups anywhere, in any state, a drill or not, with seats, units, offers and people in seats."""
    for number in range(chance.randrange(1, 6)):
        state = chance.choice(list(CallUpState))
        starts_at = NOW + timedelta(hours=chance.choice([-30, -3, 2, 20]))
        call_up = make_call_up(
            world,
            title=f"号{number}",
            starts_at=starts_at,
            place=chance.choice(COMMUNITIES),
            state=state,
            is_drill=chance.random() < 0.3,
            **({MOMENTS[state]: NOW} if state in MOMENTS else {}),
        )
        for post in range(chance.randrange(1, 3)):
            fill(make_slot(call_up, post=f"岗{post}", seats=chance.randrange(1, 9)), people, chance)
        if chance.random() < 0.7:
            call_unit(call_up, world.unit, chance)


def fill(slot: Slot, people: list[Person], chance: random.Random) -> None:
    """Offers to people of their own, some of them with a seat in any state."""
    taken, shift = 0, slot.shift
    for _ in range(chance.randrange(5)):
        person = people.pop()
        state = chance.choice(list(OfferState))
        offer = Offer.objects.create(
            call_up=slot.call_up,
            person=person,
            slot=slot,
            wave=1,
            state=state,
            asked_at=NOW,
            answered_at=NOW if state in ANSWERED else None,
            waiting_since=NOW if state == OfferState.WAITING else None,
            reply_by=slot.call_up.reply_by,
        )
        if state == OfferState.ACCEPTED and taken < slot.seats:
            taken += 1
            seat = chance.choice([one for one in AssignmentState if one != AssignmentState.ORDERED])
            Assignment.objects.create(
                call_up=slot.call_up,
                shift=shift,
                slot=slot,
                person=person,
                offer=offer,
                division_code=slot.call_up.division_code,
                state=seat,
                during=(shift.starts_at, shift.ends_at),
                authority_label="社区",
                assigned_at=NOW,
                ended_at=NOW if seat in ENDED else None,
            )
    Slot.objects.filter(pk=slot.pk).update(taken=taken)


def call_unit(call_up: CallUp, unit: ResidentUnit, chance: random.Random) -> None:
    """The unit called, with any answer."""
    state = chance.choice(list(UnitCallState))
    UnitCall.objects.create(
        call_up=call_up,
        unit=unit,
        division_code=call_up.division_code,
        state=state,
        asked_headcount=9,
        pledged_headcount=chance.randrange(9),
        called_at=NOW,
        answer_due_at=NOW,
        decline_reason="忙" if state == UnitCallState.DECLINED else "",
    )


def moving(code: int, level: int) -> list[CallUp]:
    """The call-ups that a board of that place is about, one by one."""
    return [
        call_up
        for call_up in CallUp.objects.all()
        if str(call_up.division_code).startswith(str(code)[:level])
        and call_up.state in ("open", "halted")
        and not call_up.is_drill
        and call_up.ends_at > NOW
    ]


def funnel_by_hand(call_ups: list[CallUp]) -> Funnel:
    """Every step counted by looking at each row."""
    ids = {call_up.pk for call_up in call_ups}
    found: Counter[str] = Counter()
    for slot in Slot.objects.all():
        found["needed"] += slot.seats * (slot.call_up_id in ids)
    for call in UnitCall.objects.all():
        if call.call_up_id in ids and call.state in ("pledged", "named"):
            found["pledged"] += call.pledged_headcount
    for offer in Offer.objects.all():
        if offer.call_up_id in ids:
            found["asked"] += 1
            found["silent"] += offer.state in ("asked", "expired")
            found["waiting"] += offer.state == "waiting"
            found["declined"] += offer.state in ("declined", "withdrawn")
    for seat in Assignment.objects.all():
        if seat.call_up_id in ids:
            found["accepted"] += seat.state in ("accepted", "ordered", "arrived", "left")
            found["arrived"] += seat.state in ("arrived", "left")
            found["stayed"] += seat.state == "left"
    return Funnel(**found)
