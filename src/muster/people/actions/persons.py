"""Putting people on file, once each, and correcting or erasing what is on file."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.notifications.actions.messages import forget_preferences
from muster.organizations.models import ResidentUnit
from muster.people.actions import accounts
from muster.people.actions.notes import note
from muster.people.enums import ForceClass, Sex, VolunteerState
from muster.people.models import Consent, Liaison, Person, VolunteerProfile
from muster.people.rules import (
    erased_values,
    id_number_index,
    name_keys,
    parse_id_number,
    parse_name,
    parse_phone,
    phone_index,
)
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

# What a correction may change.
CORRECTABLE = (
    "name",
    "phone",
    "id_number",
    "birth_on",
    "sex",
    "address",
    "force_class",
    "has_smartphone",
    "unit",
    "division_code",
)
# What a later registration may add where nothing is on file. Where a person lives and what they are called it may not.
FILLABLE = ("phone", "id_number", "birth_on", "address", "lon", "lat", "unit")


def register(
    *,
    name: str,
    division_code: int,
    actor: Actor,
    phone: str = "",
    id_number: str = "",
    birth_on: date | None = None,
    sex: str = Sex.UNKNOWN,
    address: str = "",
    force_class: str = ForceClass.VOLUNTEER,
    unit: ResidentUnit | None = None,
    is_party_member: bool = False,
    has_smartphone: bool = True,
    is_synthetic: bool = False,
    lon: float | None = None,
    lat: float | None = None,
    at: datetime | None = None,
) -> Person:
    """The person with this identity number or phone: the one on file, else a new one. Never a second one.

    Of a person on file only what is missing is filled in. Two registrations at once give one person. Refuses what
    `rules.identity` refuses, and `birth_differs`, `phone_of_another`, `two_people`.
    """
    at = at or timezone.now()
    facts = _checked(
        name=name,
        division_code=division_code,
        phone=phone,
        id_number=id_number,
        birth_on=birth_on,
        sex=sex,
        address=address.strip(),
        force_class=force_class,
        unit=unit,
        is_party_member=is_party_member,
        has_smartphone=has_smartphone,
        is_synthetic=is_synthetic,
        lon=lon,
        lat=lat,
        on=timezone.localdate(at),
    )
    with transaction.atomic():
        known = _on_file(facts)
        if known is None:
            try:
                with transaction.atomic():
                    return _created(facts, actor=actor, at=at)
            except IntegrityError:
                # The other of two registrations was faster, and its row is committed by now.
                known = _on_file(facts)
                if known is None:
                    raise
        return _filled_in(known, facts, actor=actor, at=at)


def correct(person: Person, *, actor: Actor, at: datetime | None = None, **changes: Any) -> Person:
    """Change what is on file: name, phone, id_number, birth_on, sex, address, force_class, has_smartphone, unit.

    The trail notes which fields changed, not what they were. Refuses what `register` refuses.
    """
    at = at or timezone.now()
    if changes.get("id_number"):
        # The number knows the birth date better than what was on file without it.
        changes.setdefault("birth_on", None)
    merged = {name: changes.pop(name, getattr(person, name)) for name in CORRECTABLE}
    if changes:
        raise TypeError(f"correct() does not change {', '.join(changes)}")
    facts = _checked(**merged, on=timezone.localdate(at))
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        changed = [name for name, value in facts.items() if getattr(locked, name) != value]
        if not changed:
            return locked
        for name in changed:
            setattr(locked, name, facts[name])
        try:
            with transaction.atomic():
                locked.save(update_fields=changed)
        except IntegrityError as error:
            raise _taken() from error
        if "division_code" in changed:
            VolunteerProfile.objects.filter(person=locked).update(division_code=locked.division_code)
        note("people.person.corrected", locked, actor=actor, at=at, fields=_spoken_of(changed))
    return locked


def set_party_membership(person: Person, value: bool, *, actor: Actor, at: datetime | None = None) -> None:
    """Note or remove the sensitive flag. It leaves no word of its value in the trail, and no page shows it."""
    at = at or timezone.now()
    with transaction.atomic():
        if Person.objects.filter(pk=person.pk).exclude(is_party_member=value).update(is_party_member=value):
            note("people.person.corrected", person, actor=actor, at=at, fields=["sensitive"])


def erase(person: Person, *, actor: Actor, at: datetime | None = None) -> None:
    """Remove who the person was and keep that there was somebody: hours and seats still add up (PIPL art. 47).

    Refuses `last_administrator`: whoever alone administers a place hands it on first.
    """
    at = at or timezone.now()
    with transaction.atomic():
        erased = Person.objects.filter(pk=person.pk, erased_at=None).update(**erased_values(at))
        if not erased:
            return
        VolunteerProfile.objects.filter(person=person).update(
            state=VolunteerState.LEFT, skills=[], health_limits=[], guardian_name="", age_exception_reason=""
        )
        Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=at)
        Liaison.objects.filter(person=person, ended_on=None).update(ended_on=timezone.localdate(at))
        person.reserve_memberships.all().delete()
        person.report_ins.all().delete()
        forget_preferences(person.pk)
        account = getattr(person, "account", None)
        if account is not None:
            accounts.keep_an_administrator(account, at=at)
            account.is_active, account.totp_secret, account.login = False, "", f"erased-{account.code}"
            account.set_unusable_password()
            account.save()
        note("people.person.erased", person, actor=actor, at=at)


def _checked(*, on: date, **values: Any) -> dict[str, Any]:
    """What is said of a person, read by the rules, with its indexes: the values of the columns."""
    values["name"] = parse_name(values["name"])
    values["search_keys"] = name_keys(values["name"])
    if values["phone"]:
        values["phone"] = parse_phone(values["phone"]).e164
    values["phone_index"] = phone_index(values["phone"]) if values["phone"] else None
    values["id_number_index"] = None
    if values["id_number"]:
        number = parse_id_number(values["id_number"], on=on)
        if values["birth_on"] not in (None, number.birth_on):
            raise Refused(
                "birth_differs",
                _("The birth date is not the one in the ID number. Check both against the card."),
            )
        values |= {
            "id_number": number.value,
            "id_number_index": id_number_index(number.value),
            "birth_on": number.birth_on,
            "sex": number.sex,
        }
    return values


def _on_file(facts: dict[str, Any]) -> Person | None:
    """The person whom the indexes find, locked; refuses where they find two, or somebody of another name."""
    by_id, by_phone = facts["id_number_index"], facts["phone_index"]
    keys = Q(id_number_index=by_id) if by_id else Q(pk__in=[])
    if by_phone:
        keys |= Q(phone_index=by_phone)
    found = list(
        Person.objects.select_for_update(of=("self",)).select_related("unit").filter(keys).order_by("pk")
    )
    if len(found) > 1:
        raise Refused(
            "two_people",
            _("The ID number and the phone number are on file for two different people. Check both numbers."),
        )
    known = found[0] if found else None
    if known is None or (by_id and known.id_number_index == by_id):
        return known
    if known.name != facts["name"] or (by_id and known.id_number_index):
        raise _taken()
    return known


def _taken() -> Refused:
    return Refused(
        "phone_of_another",
        _("This phone number is on file for another person. Check the number, or leave it out."),
    )


def _created(facts: dict[str, Any], *, actor: Actor, at: datetime) -> Person:
    person = Person.objects.create(**facts)
    note(
        "people.person.registered",
        person,
        actor=actor,
        at=at,
        force_class=person.force_class,
        synthetic=person.is_synthetic,
    )
    return person


def _filled_in(person: Person, facts: dict[str, Any], *, actor: Actor, at: datetime) -> Person:
    changed = [name for name in FILLABLE if not getattr(person, name) and facts[name]]
    if person.sex == Sex.UNKNOWN and facts["sex"] != Sex.UNKNOWN:
        changed.append("sex")
    if facts["is_party_member"] and not person.is_party_member:
        changed.append("is_party_member")
    if not changed:
        return person
    for name in changed:
        setattr(person, name, facts[name])
    indexes = [f"{name}_index" for name in changed if name in ("phone", "id_number")]
    for name in indexes:
        setattr(person, name, facts[name])
    person.save(update_fields=[*changed, *indexes])
    note("people.person.completed", person, actor=actor, at=at, fields=_spoken_of(changed))
    return person


def _spoken_of(fields: list[str]) -> list[str]:
    """The fields as the trail names them: no index, and no word of the sensitive flag."""
    return sorted(
        {
            "sensitive" if name == "is_party_member" else name
            for name in fields
            if not name.endswith(("_index", "_keys"))
        }
    )
