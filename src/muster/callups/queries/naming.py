"""What is on file about the people of a list, and the seats that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.callups.enums import SEATED, OfferState, SeatKind
from muster.callups.models import Assignment, CallUp, Offer, Pledge, Slot, UnitCall
from muster.kernel.eligibility import full_years
from muster.norms import queries as norms
from muster.norms.enums import Mode
from muster.people.models import Person


@dataclass(frozen=True)
class Standing:
    """One person of a list beside what is on file. `offer_state` is "" where this call-up has not asked him."""

    person: Person | None
    offer_state: str = ""
    is_on_duty: bool = False


@dataclass(frozen=True)
class Ages:
    """From and to which age people may stand at the posts of a call-up."""

    lowest: int
    highest: int | None
    on: date


def standing_of(people: Sequence[Person | None], call_up: CallUp) -> list[Standing]:
    """How each of these people stands to the call-up, in their order; two queries."""
    ids = [person.pk for person in people if person]
    offered = dict(Offer.objects.filter(call_up=call_up, person__in=ids).values_list("person_id", "state"))
    busy = set(
        Assignment.objects.filter(
            person__in=ids,
            state__in=SEATED,
            during__overlap=DateTimeTZRange(call_up.starts_at, call_up.ends_at),
        )
        .exclude(call_up=call_up)
        .values_list("person_id", flat=True)
    )
    return [
        Standing(person, offered.get(person.pk, "") if person else "", bool(person and person.pk in busy))
        for person in people
    ]


def ages_of(call_up: CallUp) -> Ages:
    """The ages that the posts of this call-up are for, by the rules in force there on its day."""
    on = timezone.localdate(call_up.starts_at)
    rules = norms.rules_for(call_up.division_code, on)
    if call_up.mode == Mode.EMERGENCY:
        return Ages(rules.adult_age, rules.emergency_maximum_age, on)
    return Ages(rules.minimum_age, None, on)


def age_problem(birth_on: date | None, ages: Ages) -> str:
    """Why somebody born on that day is not asked, for the liaison; "" where nothing is known against it."""
    if birth_on is None:
        return ""
    age = full_years(birth_on, ages.on)
    if age < ages.lowest:
        return _("Is under %(age)s. Name somebody older.") % {"age": ages.lowest}
    if ages.highest is not None and age > ages.highest:
        return _(
            "Is over %(age)s. In an emergency name somebody younger, or ask the community for an exception."
        ) % {"age": ages.highest}
    return ""


def kept_seats(unit_call: UnitCall) -> list[tuple[Pledge, int]]:
    """The pledges of the unit that keep seats for which nobody was asked yet, with the number of those."""
    pledges = (
        Pledge.objects.filter(unit_call=unit_call, held__gt=0)
        .annotate(asked=Count("offers", filter=Q(offers__state=OfferState.ASKED)))
        .filter(held__gt=F("asked"))
        .select_related("slot__shift__post")
        .order_by("pk")
    )
    return [(pledge, pledge.held - pledge.asked) for pledge in pledges]


def least_filled_slot(call_up: CallUp) -> Slot:
    """Where somebody is asked for when no seat is kept: the general seats of which the smallest share is gone."""
    slots = Slot.objects.filter(call_up=call_up).select_related("shift__post").order_by("pk")
    general = [slot for slot in slots if slot.kind == SeatKind.GENERAL] or list(slots)
    return min(general, key=lambda slot: (slot.taken + slot.held) / slot.seats if slot.seats else 1.0)
