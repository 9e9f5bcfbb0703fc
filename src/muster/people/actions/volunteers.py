"""What a person offers as a volunteer, said by themselves or for them (R2.6, R2.7, R4.7, R4.8)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.kernel.spans import ALWAYS
from muster.norms.enums import TaskKind
from muster.people.enums import ConsentPurpose, HealthLimit, VolunteerState, Willingness
from muster.people.models import Person, Skill, VolunteerProfile
from muster.people.queries.limits import age_limits
from muster.people.rules import age_on, check_age, parse_name
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

CHANGEABLE = frozenset(
    {
        "skills",
        "trainings",
        "health_limits",
        "task_kinds",
        "availability",
        "emergency_willing",
        "is_backbone",
        "insured_until",
        "quiet_from_minute",
        "quiet_to_minute",
    }
)
# Whoever says one of these has been asked what they want (R4.7), which makes the record a year younger.
WILLINGNESS = frozenset({"task_kinds", "availability", "emergency_willing"})
DAY_MINUTES = 24 * 60


def enroll(
    person: Person,
    *,
    actor: Actor,
    guardian_name: str = "",
    at: datetime | None = None,
    **offers: Any,
) -> VolunteerProfile:
    """The volunteer profile of `person`: the one there is, back in service, or a new one with these `offers`.

    `guardian_name` says that this guardian agreed. Refuses `too_young`, `guardian_needed`, and what `update_profile`
    refuses. An age that nobody knows is left to those who fill an emergency post.
    """
    at = at or timezone.now()
    guardian = parse_name(guardian_name) if guardian_name else ""
    with transaction.atomic():
        # The lock on the person makes two enrollments at once one after the other.
        Person.objects.select_for_update().get(pk=person.pk)
        profile = VolunteerProfile.objects.filter(person=person).first()
        if person.birth_on:
            has_guardian = bool(guardian or (profile and profile.guardian_consented_at))
            check_age(
                person.birth_on,
                timezone.localdate(at),
                age_limits(person.division_code, timezone.localdate(at)),
                has_guardian=has_guardian,
            )
        if profile is None:
            profile = VolunteerProfile.objects.create(
                person=person, division_code=person.division_code, registered_at=at
            )
            _record("people.volunteer.enrolled", profile, actor, at)
        elif profile.state == VolunteerState.LEFT:
            set_state(profile, VolunteerState.ACTIVE, actor=actor, at=at)
        if guardian and guardian != profile.guardian_name:
            profile.guardian_name, profile.guardian_consented_at = guardian, at
            profile.save(update_fields=["guardian_name", "guardian_consented_at"])
            _record("people.volunteer.guardian_agreed", profile, actor, at)
        return update_profile(profile, actor=actor, at=at, **offers) if offers else profile


def update_profile(
    profile: VolunteerProfile, *, actor: Actor, at: datetime | None = None, **changes: Any
) -> VolunteerProfile:
    """Change what the volunteer offers; `CHANGEABLE` names the fields. The trail notes which, never what.

    Refuses `unknown_choice`, `availability_wrong`, `quiet_hours_wrong`, `minor_in_emergency`, and `consent_needed` for
    health limits without consent to keep them.
    """
    at = at or timezone.now()
    if unknown := changes.keys() - CHANGEABLE:
        raise TypeError(f"update_profile() does not change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        locked = (
            VolunteerProfile.objects.select_for_update(of=("self",))
            .select_related("person")
            .get(pk=profile.pk)
        )
        cleaned = _cleaned(locked, changes, at)
        changed = sorted(name for name, value in cleaned.items() if getattr(locked, name) != value)
        for name in changed:
            setattr(locked, name, cleaned[name])
        fields = list(changed)
        if cleaned.keys() & WILLINGNESS:
            locked.willingness_at = at
            fields.append("willingness_at")
        if fields:
            locked.save(update_fields=fields)
            _record("people.volunteer.changed", locked, actor, at, fields=changed)
    return locked


def state_willingness(
    profile: VolunteerProfile,
    *,
    emergency: str,
    actor: Actor,
    task_kinds: Iterable[str] = (),
    availability: int = ALWAYS,
    at: datetime | None = None,
) -> VolunteerProfile:
    """What the volunteer wants, asked anew: the record that R4.7 wants not older than a year."""
    return update_profile(
        profile,
        actor=actor,
        at=at,
        emergency_willing=emergency,
        task_kinds=list(task_kinds),
        availability=availability,
    )


def set_state(profile: VolunteerProfile, state: str, *, actor: Actor, at: datetime | None = None) -> None:
    """Pause, leave or come back. Nothing happens where the profile is in that state already."""
    at = at or timezone.now()
    with transaction.atomic():
        if VolunteerProfile.objects.filter(pk=profile.pk).exclude(state=state).update(state=state):
            profile.state = state
            _record("people.volunteer.state_changed", profile, actor, at, state=state)


def allow_above_age(
    profile: VolunteerProfile, *, reason: str, actor: Actor, at: datetime | None = None
) -> VolunteerProfile:
    """Record the exception that lets somebody above the upper age take emergency posts (norms.md B.6).

    Refuses `reason_needed`, and `minor_in_emergency` for whoever is not an adult.
    """
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(
            "reason_needed", _("Say why this exception is right: it stays on record with your name.")
        )
    with transaction.atomic():
        locked = (
            VolunteerProfile.objects.select_for_update(of=("self",))
            .select_related("person")
            .get(pk=profile.pk)
        )
        _check_adult(locked, at)
        locked.age_exception_reason, locked.age_exception_by_label = reason.strip()[:200], actor.label[:120]
        locked.save(update_fields=["age_exception_reason", "age_exception_by_label"])
        _record("people.volunteer.age_exception_given", locked, actor, at)
    return locked


def _cleaned(profile: VolunteerProfile, changes: dict[str, Any], at: datetime) -> dict[str, Any]:
    cleaned = dict(changes)
    catalog = {"health_limits": set(HealthLimit.values), "task_kinds": set(TaskKind.values)}
    if "skills" in cleaned:
        catalog["skills"] = set(Skill.objects.values_list("code", flat=True))
    for name, known in catalog.items():
        if name in cleaned:
            cleaned[name] = sorted(set(cleaned[name]))
            if not known.issuperset(cleaned[name]):
                raise Refused("unknown_choice", _("One choice is not on the list any more. Choose again."))
    if not 0 <= cleaned.get("availability", 0) <= ALWAYS:
        raise Refused("availability_wrong", _("The week could not be read. Choose the times again."))
    _check_quiet(profile, cleaned)
    if cleaned.get("emergency_willing") == Willingness.YES:
        _check_adult(profile, at)
    if cleaned.get("health_limits") and not _agreed_to_limits(profile):
        raise Refused(
            "consent_needed",
            _("What you cannot do is kept only if you agree. Agree to it below, then save again."),
        )
    return cleaned


def _check_quiet(profile: VolunteerProfile, cleaned: dict[str, Any]) -> None:
    pair = [cleaned.get(name, getattr(profile, name)) for name in ("quiet_from_minute", "quiet_to_minute")]
    if any(minute is not None for minute in pair) and not all(
        minute is not None and 0 <= minute < DAY_MINUTES for minute in pair
    ):
        raise Refused(
            "quiet_hours_wrong", _("Quiet hours need a beginning and an end, such as 22:00 and 07:00.")
        )


def _check_adult(profile: VolunteerProfile, at: datetime) -> None:
    on = timezone.localdate(at)
    born = profile.person.birth_on
    limits = age_limits(profile.division_code, on)
    if born and age_on(born, on) < limits.adult:
        raise Refused(
            "minor_in_emergency",
            _("Emergency posts are for adults of %(years)d and older. There is other work that needs you.")
            % {"years": limits.adult},
        )


def _agreed_to_limits(profile: VolunteerProfile) -> bool:
    return profile.person.consents.filter(purpose=ConsentPurpose.HEALTH_LIMITS, withdrawn_at=None).exists()


def _record(verb: str, profile: VolunteerProfile, actor: Actor, at: datetime, **detail: Any) -> None:
    trail.record(
        verb,
        actor=actor,
        obj_kind="person",
        obj_code=profile.person.code,
        division_code=profile.division_code,
        at=at,
        detail=detail,
    )
