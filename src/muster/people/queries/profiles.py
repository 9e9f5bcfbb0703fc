"""What the pages of one person show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import dates, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from muster.audit.models import Disclosure
from muster.kernel.spans import PERIODS_A_DAY, period_bit
from muster.norms.enums import TaskKind
from muster.notifications.models import Preference
from muster.people.enums import (
    READ_FIELDS,
    ConsentPurpose,
    ForceClass,
    HealthLimit,
    Period,
    ReadingPurpose,
    RoleKind,
    SealedField,
    Sex,
    Willingness,
)
from muster.people.models import Consent, ConsentText, Person, Role, Skill, VolunteerProfile
from muster.people.queries.limits import age_limits
from muster.people.rules import age_on, masked_address, masked_id_number, masked_name, masked_phone
from muster.territory.queries import names_of
from muster.toolkit.codes import spaced

DAYS = 7


@dataclass(frozen=True)
class Slot:
    """One quarter of one weekday of the week that is offered; `value` names it in the form."""

    label: str
    value: int
    is_free: bool


@dataclass(frozen=True)
class Week:
    """The seven days, and for each quarter of the day its seven slots."""

    days: tuple[str, ...]
    rows: list[tuple[Period, list[Slot]]]


@dataclass(frozen=True)
class Asked:
    """One purpose: the newest words, and the consent in force."""

    text: ConsentText
    consent: Consent | None

    @property
    def is_older(self) -> bool:
        """True if the person agreed to words that have changed since."""
        return self.consent is not None and self.consent.version < self.text.version


@dataclass(frozen=True)
class SealedLine:
    """One sealed field as the page shows it: masked, or clear for this one answer."""

    field: str
    label: str
    shown: str
    is_clear: bool


@dataclass(frozen=True)
class Card:
    """A person as the desk sees them. Whether somebody is a Party member is on no page."""

    name: str
    code: str
    age: int | None
    sex: str
    force: str
    unit: str
    sealed: list[SealedLine]
    profile: VolunteerProfile | None
    willing: str
    skills: list[str]
    tasks: list[str]
    limits: list[str]
    week: Week | None
    is_above_age: bool

    @property
    def has_masked(self) -> bool:
        """True if a sealed field could still be shown."""
        return any(line.shown and not line.is_clear for line in self.sealed)


@dataclass(frozen=True)
class RoleLine:
    """What a person is entrusted with, over what, until when."""

    kind: str
    over: str
    valid_to: object


@dataclass(frozen=True)
class Reading:
    """Who read what of a person, and why."""

    at: datetime
    who: str
    field: str
    purpose: str


MASKS = {
    SealedField.PHONE: masked_phone,
    SealedField.ID_NUMBER: masked_id_number,
    SealedField.ADDRESS: masked_address,
}


def profile_of(person: Person) -> VolunteerProfile | None:
    """The volunteer profile, for those who have one."""
    return getattr(person, "volunteer", None)


def card_of(person: Person, clear: dict[str, str], *, may_run: bool) -> Card:
    """The person for the desk, with `clear` (what `reveal` gave) in the place of the masks."""
    profile = profile_of(person)
    today = timezone.localdate()
    names = dict(skill_choices()) if profile and profile.skills else {}
    age = age_on(person.birth_on, today) if person.birth_on else None
    return Card(
        name=person.name if may_run else masked_name(person.name),
        code=spaced(person.code),
        age=age,
        sex=str(Sex(person.sex).label) if person.sex != Sex.UNKNOWN else "",
        force=str(ForceClass(person.force_class).label),
        unit=person.unit.name if person.unit else "",
        sealed=_sealed(person, clear),
        profile=profile,
        willing=str(Willingness(profile.emergency_willing).label) if profile else "",
        skills=[names.get(code, code) for code in profile.skills] if profile else [],
        tasks=[str(TaskKind(code).label) for code in profile.task_kinds] if profile else [],
        limits=[str(HealthLimit(code).label) for code in profile.health_limits]
        if profile and may_run
        else [],
        week=week_of(profile.availability) if profile else None,
        is_above_age=age is not None and age > age_limits(person.division_code, today).emergency_maximum,
    )


def roles_of(person: Person) -> list[RoleLine]:
    """The roles in force of the person's account."""
    today = timezone.localdate()
    roles = list(
        Role.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=today), account__person=person, valid_from__lte=today
        )
        .select_related("unit")
        .order_by("pk")
    )
    places = names_of([role.division_code for role in roles if role.division_code]) if roles else {}
    return [
        RoleLine(
            kind=str(RoleKind(role.kind).label),
            over=role.unit.name if role.unit else places.get(role.division_code or 0, ""),
            valid_to=role.valid_to,
        )
        for role in roles
    ]


def readings(disclosures: Iterable[Disclosure]) -> list[Reading]:
    """Disclosures in words; a purpose or field that has none is shown as it was written."""
    purposes = dict(ReadingPurpose.choices)
    return [
        Reading(
            at=one.at,
            who=one.actor_label,
            field=str(READ_FIELDS.get(one.field, one.field)),
            purpose=str(purposes.get(one.purpose, one.purpose)),
        )
        for one in disclosures
    ]


def channel_of(person: Person) -> str:
    """The channel that the person wants for everything; "" where they left it to the community."""
    return (
        Preference.objects.filter(person_id=person.pk, topic="").values_list("channel", flat=True).first()
        or ""
    )


def unwanted_of(person: Person) -> list[str]:
    """The topics that the person wants to hear nothing of."""
    silent = Preference.objects.filter(person_id=person.pk, channel="").order_by("topic")
    return list(silent.values_list("topic", flat=True))


def newest_text(purpose: str) -> ConsentText | None:
    """The words that are agreed to now, in the language of the reader."""
    return ConsentText.objects.filter(purpose=purpose, language=_language()).order_by("-version").first()


def week_of(availability: int) -> Week:
    """The week that is offered, Monday first."""
    days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return Week(
        days, [(period, [_slot(day, period, availability) for day in range(DAYS)]) for period in Period]
    )


def consents_of(person: Person) -> list[Asked]:
    """Every purpose with its newest words in the language of the reader, and what the person agreed to."""
    language = "en" if get_language() == "en" else "zh-hans"
    texts = {
        text.purpose: text
        for text in ConsentText.objects.filter(language=language).order_by("purpose", "version")
    }
    in_force = {one.purpose: one for one in person.consents.filter(withdrawn_at=None)}
    return [
        Asked(texts[purpose], in_force.get(purpose)) for purpose in ConsentPurpose.values if purpose in texts
    ]


def skill_choices() -> list[tuple[str, str]]:
    """The catalog of skills in the language of the reader."""
    name = "name_en" if get_language() == "en" else "name_zh"
    return list(Skill.objects.order_by("pk").values_list("code", name))


def _slot(day: int, period: Period, availability: int) -> Slot:
    weekday = dates.WEEKDAYS[day]
    return Slot(
        label=f"{weekday} {period.label}",
        value=day * PERIODS_A_DAY + period,
        is_free=bool(availability & period_bit(day, period)),
    )


def _language() -> str:
    return "en" if get_language() == "en" else "zh-hans"


def _sealed(person: Person, clear: dict[str, str]) -> list[SealedLine]:
    return [
        SealedLine(
            field=field.value,
            label=str(field.label),
            shown=clear.get(field.value, "") or mask(getattr(person, field.value)),
            is_clear=bool(clear.get(field.value)),
        )
        for field, mask in MASKS.items()
    ]
