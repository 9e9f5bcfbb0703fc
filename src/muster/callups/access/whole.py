"""One offer with everything that an answer needs, read in one statement whose text and plan are made once.

Django puts the text of a query together anew each time, and the database its plan. For a join of seven tables that costs
more than all the rest of an answer, which has to be cheap when a whole city answers at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, models
from django.http import Http404

from muster.callups.models import CallUp, Offer, Post, Shift, Slot
from muster.people.models import Person, VolunteerProfile
from muster.toolkit.prepared import Prepared

# The fields that are read; any other one is fetched when it is asked for.
FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Offer: (
        "id",
        "code",
        "call_up",
        "person",
        "slot",
        "unit_call",
        "pledge",
        "state",
        "reply_by",
        "waiting_since",
        "reason",
    ),
    CallUp: (
        *(
            "id",
            "code",
            "division_code",
            "state",
            "mode",
            "risk_statement",
            "needs_insurance",
            "insures_everybody",
        ),
        *("needs_full_protection", "is_drill", "raised_by_label", "stood_down_at", "ends_at"),
    ),
    Slot: ("id", "call_up", "shift", "kind", "skill", "seats", "held", "taken"),
    Shift: ("id", "call_up", "post", "division_code", "muster_at", "starts_at", "ends_at"),
    Post: ("id", "call_up", "name", "task_kind"),
    Person: ("id", "code", "birth_on", "force_class"),
    VolunteerProfile: (
        *(
            "id",
            "person",
            "skills",
            "trainings",
            "health_limits",
            "availability",
            "emergency_willing",
            "is_backbone",
        ),
        *("insured_until", "guardian_consented_at", "age_exception_reason", "adult_vouched_by_label"),
    ),
}
JOINS = """
FROM callups_offer offer
JOIN callups_callup callup ON callup.id = offer.call_up_id
JOIN people_person person ON person.id = offer.person_id
"""
SEAT_JOINS = """
JOIN callups_slot slot ON slot.id = offer.slot_id
JOIN callups_shift shift ON shift.id = slot.shift_id
JOIN callups_post post ON post.id = shift.post_id
LEFT JOIN people_volunteerprofile volunteerprofile ON volunteerprofile.person_id = person.id
"""
ASKED = (Offer, CallUp, Person)
SEATED = (*ASKED, Slot, Shift, Post, VolunteerProfile)

Found = dict[type[models.Model], Any]


def offer_by_code(code: str) -> Offer:
    """The offer with this code as it is now, with its person and call-up; 404 where there is none."""
    return _offer(_read(ASKED, _by_code(), code))


def locked_offer(offer_id: int) -> Offer:
    """The offer as it is now, with its seat as well, locked together with its person until the transaction ends.

    Before both it holds the call-up (`actions.seats.hold_call_up`): rows are locked in the order in which they are named.
    """
    found = _read(SEATED, _locking(), offer_id)
    offer = _offer(found)
    offer.slot = found[Slot]
    offer.slot.call_up = offer.call_up
    offer.slot.shift = found[Shift]
    offer.slot.shift.call_up = offer.call_up
    offer.slot.shift.post = found[Post]
    offer.slot.shift.post.call_up = offer.call_up
    if found[VolunteerProfile] is not None:
        offer.person.volunteer = found[VolunteerProfile]
    return offer


def _offer(found: Found) -> Offer:
    offer: Offer = found[Offer]
    offer.call_up, offer.person = found[CallUp], found[Person]
    return offer


@cache
def _columns(model: type[models.Model]) -> list[str]:
    """The attributes of the fields, in the order of the model, as `from_db` wants them."""
    return [field.attname for field in model._meta.concrete_fields if field.name in FIELDS[model]]


@cache
def _select(parts: tuple[type[models.Model], ...]) -> str:
    columns = [f"{model._meta.model_name}.{name}" for model in parts for name in _columns(model)]
    return f"SELECT {', '.join(columns)}"


@cache
def _by_code() -> Prepared:
    return Prepared("offer_by_code", f"{_select(ASKED)} {JOINS} WHERE offer.code = %s")


@cache
def _locking() -> Prepared:
    locks = "FOR KEY SHARE OF callup FOR NO KEY UPDATE OF offer, person"
    return Prepared("locked_offer", f"{_select(SEATED)} {JOINS} {SEAT_JOINS} WHERE offer.id = %s {locks}")


def _read(parts: tuple[type[models.Model], ...], statement: Prepared, key: str | int) -> Found:
    with connection.cursor() as cursor:
        statement.execute(cursor, [key])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    found: Found = {}
    place = 0
    for model in parts:
        names = _columns(model)
        values = row[place : place + len(names)]
        place += len(names)
        found[model] = model.from_db("default", names, values) if values[0] is not None else None
    return found
