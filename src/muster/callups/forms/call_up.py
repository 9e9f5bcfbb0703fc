"""The form that raises a call-up. It arrives nearly filled in; it cleans and never saves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muster.callups.enums import SeatKind, SupportGiver, SupportKind
from muster.callups.models import CallTemplate
from muster.callups.queries.raising import CallableUnit, Place, RaisingChoices
from muster.callups.rules.drafts import CallUpDraft, PostDraft, SeatsDraft, ShiftDraft, SupportDraft
from muster.toolkit import clock
from muster.toolkit.form_fields import ClockField

DAYS_AHEAD = 8  # so that each day of the week can still be chosen in full
MOST_SEATS = 99
FREE_PLACES = 3
# A community of thirty gates does not staff each of them each time: the first ones arrive filled in, the others wait.
FILLED_PLACES = 6
SOON_MINUTES = 30  # until people can be there, where a template says "as soon as they can"


@dataclass(frozen=True)
class TemplateChip:
    """One template to choose; `query` leads to the form filled in from it."""

    code: str
    name: str
    icon: str
    query: str


@dataclass(frozen=True)
class PlaceLine:
    """One place of the form: where it is, and the number that was asked for."""

    place: Place
    name: str
    detail: str
    field: Any


def split_seats(total: int, kinds: Mapping[str, int]) -> dict[str, int]:
    """`total` seats at one place by kind: backbone and skilled seats as the template has them, general for the rest."""
    backbone = min(int(kinds.get(SeatKind.BACKBONE, 0)), total)
    skilled = min(int(kinds.get(SeatKind.SKILLED, 0)), total - backbone)
    counted = {
        SeatKind.GENERAL: total - backbone - skilled,
        SeatKind.BACKBONE: backbone,
        SeatKind.SKILLED: skilled,
    }
    return {str(kind): seats for kind, seats in counted.items() if seats}


class CallUpForm(forms.Form):
    """Everything a call-up needs, from a template; refused with a sentence at the field that has to change."""

    request_key = forms.UUIDField(label=_("Number of this form"), widget=forms.HiddenInput)
    community = forms.CharField(label=_("Community that calls"), widget=forms.HiddenInput)
    template = forms.CharField(label=_("Template of the call-up"), widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=80)
    purpose = forms.CharField(label=_("What is needed, and why"), max_length=200)
    day = forms.TypedChoiceField(label=_("Day"), coerce=date.fromisoformat)
    muster_time = ClockField(label=_("Muster at"))
    start_time = ClockField(label=_("Start"))
    end_time = ClockField(label=_("End"))
    reply_time = ClockField(label=_("Answers until"))
    is_drill = forms.BooleanField(
        label=_("This is a drill"),
        help_text=_("The same steps; messages say “drill”, and it is counted apart."),
        required=False,
    )
    leader = forms.ChoiceField(label=_("Leader on the spot"), required=False)
    units = forms.MultipleChoiceField(
        label=_("Resident units"), required=False, widget=forms.CheckboxSelectMultiple
    )
    duty_holder = forms.CharField(label=_("Who uses the volunteers and provides for them"), max_length=120)
    risk_statement = forms.CharField(
        label=_("Risks, as volunteers will read them"), widget=forms.Textarea({"rows": 3})
    )
    bring = forms.CharField(label=_("What to bring"), max_length=160, required=False)
    another = forms.BooleanField(label=_("Another one is meant"), required=False)  # shown where one is out

    def __init__(self, data: Any, *, key: uuid.UUID | None, choices: RaisingChoices, at: datetime) -> None:
        self.choices, self.at, self.chosen = choices, at, choices.template
        super().__init__(data, initial={**_initial(choices, at), "request_key": key})
        self.fields["day"].choices = _days(at)  # type: ignore[attr-defined]  # the field is ours, declared above
        self.fields["leader"].choices = [  # type: ignore[attr-defined]  # as above
            ("", gettext("Choose later")),
            *((leader.code, f"{leader.name} {leader.role}") for leader in choices.leaders),
        ]
        self.fields["units"].choices = [  # type: ignore[attr-defined]  # as above
            (unit.code, _unit_words(unit)) for unit in choices.units
        ]
        for position, place in enumerate(choices.places):
            seats = _default_seats(choices) if position < FILLED_PLACES else 0
            self.fields[f"seats_{place.key}"] = _seats_field(place.name, seats)
        for number in range(1, FREE_PLACES + 1):
            self.fields[f"place_{number}"] = forms.CharField(
                label=_("Another place"), max_length=80, required=False
            )
            self.fields[f"seats_place_{number}"] = _seats_field(gettext("Another place"), 0)
        for kind in SupportKind:
            if kind in choices.template.support:
                self.fields[f"support_{kind.value}"] = forms.ChoiceField(
                    label=kind.label, choices=SupportGiver.choices, initial=choices.template.support[kind]
                )

    def place_lines(self) -> list[PlaceLine]:
        """The known places with their numbers, for the page."""
        return [PlaceLine(p, p.name, p.detail, self[f"seats_{p.key}"]) for p in self.choices.places]

    def first_lines(self) -> list[PlaceLine]:
        """The places that are shown at once: those that arrive filled in, and any other that has a number by now."""
        return [line for line in self.place_lines() if not self._waits(line)]

    def other_lines(self) -> list[PlaceLine]:
        """The places that wait behind "add a place"."""
        return [line for line in self.place_lines() if self._waits(line)]

    def _waits(self, line: PlaceLine) -> bool:
        is_first = line.place in self.choices.places[:FILLED_PLACES]
        return not (is_first or _whole(line.field.value()) or line.field.errors)

    def free_lines(self) -> list[tuple[Any, Any]]:
        """Empty lines for places that no register knows."""
        return [(self[f"place_{n}"], self[f"seats_place_{n}"]) for n in range(1, FREE_PLACES + 1)]

    def support_lines(self) -> list[Any]:
        """One choice of a giver for each kind of support."""
        return [self[name] for name in self.fields if name.startswith("support_")]

    def template_chips(self) -> list[TemplateChip]:
        """All templates, each with the address that fills the form in from it."""
        return [
            TemplateChip(
                template.code,
                self._name_of(template),
                template.icon,
                urlencode({"community": self.choices.community.code, "template": template.code}),
            )
            for template in self.choices.offered
        ]

    def chosen_name(self) -> str:
        """The chosen template's name in the language of the page."""
        return self._name_of(self.chosen)

    def _name_of(self, template: CallTemplate) -> str:
        return template.name_en if self.choices.language == "en" else template.name_zh

    def places_so_far(self) -> list[tuple[Place, int]]:
        """The places with a number that can be read now, whether or not the rest of the form is right."""
        return [
            (line.place, number) for line in self.place_lines() if (number := _whole(line.field.value())) > 0
        ] + [
            (Place.free(str(name.value() or ""), self.choices.community), number)
            for name, seats in self.free_lines()
            if (number := _whole(seats.value())) > 0
        ]

    def times(self) -> tuple[datetime, datetime]:
        """Start and end as far as they can be read; where they cannot, those of the template."""
        cleaned = getattr(self, "cleaned_data", {})
        start = _start(self.chosen, self.at)
        return (
            cleaned.get("starts_at") or start,
            cleaned.get("ends_at") or start + timedelta(minutes=self.chosen.shift_minutes),
        )

    def draft(self) -> CallUpDraft:
        """What a valid form asks for."""
        told = self.cleaned_data
        leaders = {leader.code: leader.pk for leader in self.choices.leaders}
        units = {unit.code: unit.pk for unit in self.choices.units}
        community = self.choices.community
        return CallUpDraft(
            division_code=community.code,
            title=told["title"],
            purpose=told["purpose"],
            task_kind=self.chosen.task_kind,
            place=community.short_name,
            risk_statement=told["risk_statement"],
            duty_holder=told["duty_holder"],
            reply_by=told["reply_by"],
            posts=tuple(
                _post(place, seats, self.chosen, told, leaders.get(told["leader"]))
                for place, seats in told["places"]
            ),
            support=tuple(SupportDraft(kind=kind, giver=giver) for kind, giver in told["support"].items()),
            unit_ids=tuple(units[code] for code in told["units"]),
            template_id=self.chosen.pk,
            hazard=self.chosen.hazard,
            mode=self.chosen.mode,
            bring=told["bring"],
            needs_insurance=self.chosen.needs_insurance,
            needs_full_protection=self.chosen.needs_full_protection,
            is_drill=told["is_drill"],
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_times(cleaned)
        self._clean_places(cleaned)
        cleaned["support"] = {
            name.removeprefix("support_"): cleaned[name]
            for name in self.fields
            if name.startswith("support_") and name in cleaned
        }
        return cleaned

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        if not all(
            cleaned.get(name) for name in ("day", "muster_time", "start_time", "end_time", "reply_time")
        ):
            return
        starts_at = _moment(cleaned["day"], cleaned["start_time"])
        ends_at = _moment(cleaned["day"], cleaned["end_time"])
        if ends_at <= starts_at:
            ends_at += timedelta(days=1)  # a night shift ends on the next day
        muster_at = _latest_before(cleaned["muster_time"], starts_at)
        reply_by = _latest_before(cleaned["reply_time"], muster_at)
        if starts_at <= self.at:
            self.add_error("start_time", _("This time is over. Choose a later start, or tomorrow."))
        elif reply_by <= self.at:
            self.add_error(
                "reply_time",
                gettext(
                    "It is %(now)s already. Give people a moment: choose a time between now and %(muster)s."
                )
                % {"now": clock.face(self.at), "muster": clock.face(muster_at)},
            )
        if starts_at - muster_at > timedelta(hours=3):
            self.add_error("muster_time", _("Muster has to be in the three hours before the start."))
        cleaned.update(starts_at=starts_at, ends_at=ends_at, muster_at=muster_at, reply_by=reply_by)

    def _clean_places(self, cleaned: dict[str, Any]) -> None:
        wanted: list[tuple[Place, int]] = [
            (place, cleaned.get(f"seats_{place.key}") or 0) for place in self.choices.places
        ]
        for number in range(1, FREE_PLACES + 1):
            name, seats = cleaned.get(f"place_{number}", ""), cleaned.get(f"seats_place_{number}") or 0
            if seats and not name:
                self.add_error(f"place_{number}", _("Write where these people are needed."))
            elif name and name in {place.name for place, _seats in wanted}:
                self.add_error(f"place_{number}", _("This place is in the list already."))
            elif name:
                wanted.append((Place.free(name, self.choices.community), seats))
        cleaned["places"] = [(place, seats) for place, seats in wanted if seats]
        if not cleaned["places"] and not self.errors:
            raise ValidationError(
                _("Nobody is asked for yet. Put a number at one place at least."), code="no_seats"
            )


def _post(
    place: Place, seats: int, template: CallTemplate, told: Mapping[str, Any], leader_id: int | None
) -> PostDraft:
    shift = ShiftDraft(
        muster_at=told["muster_at"],
        starts_at=told["starts_at"],
        ends_at=told["ends_at"],
        seats=tuple(
            SeatsDraft(kind=kind, seats=count, skill=template.skill if kind == SeatKind.SKILLED else "")
            for kind, count in split_seats(seats, template.seats).items()
        ),
    )
    return PostDraft(
        name=place.name,
        shifts=(shift,),
        place=place.address,
        leader_id=leader_id,
        gate_id=place.gate_id,
        lon=place.lon,
        lat=place.lat,
    )


def _unit_words(unit: CallableUnit) -> str:
    """The unit as its chip names it: with the size of its reserve team, where it has one."""
    if not unit.reserve_count:
        return unit.name
    return ngettext(
        "%(unit)s, reserve of %(count)s", "%(unit)s, reserve of %(count)s", unit.reserve_count
    ) % {"unit": unit.name, "count": unit.reserve_count}


def _whole(value: Any) -> int:
    text = str(value or "").strip()
    return int(text) if text.isdecimal() else 0


def _seats_field(label: str, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_SEATS, initial=initial, required=False)


def _default_seats(choices: RaisingChoices) -> int:
    return sum(choices.template.seats.values())


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=timezone.get_default_timezone())


def _latest_before(at: time, moment: datetime) -> datetime:
    """The last time the clock shows `at` up to `moment`: a muster at 23:40 for a start at 00:20 is the evening before."""
    here = timezone.localtime(moment, timezone.get_default_timezone())
    found = _moment(here.date(), at)
    return found if found <= moment else found - timedelta(days=1)


def _days(at: datetime) -> list[tuple[str, str]]:
    today = timezone.localtime(at).date()
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    words = {0: gettext("today"), 1: gettext("tomorrow")}
    return [
        (day.isoformat(), f"{words.get(ahead, '')} {date_format(day, 'MONTH_DAY_FORMAT')}".strip())
        for ahead, day in enumerate(days)
    ]


def _start(template: CallTemplate, at: datetime) -> datetime:
    """When the template's shift starts next: at its minute of the day, or as soon as people can be there."""
    here = timezone.localtime(at)
    lead = timedelta(minutes=template.muster_before_minutes + template.reply_before_minutes)
    if template.starts_at_minute is None:
        soon = here + timedelta(minutes=SOON_MINUTES) + lead
        return soon.replace(minute=soon.minute // 10 * 10, second=0, microsecond=0)
    start = _moment(here.date(), time(template.starts_at_minute // 60, template.starts_at_minute % 60))
    return start if start - lead > at else start + timedelta(days=1)


def _initial(choices: RaisingChoices, at: datetime) -> dict[str, Any]:
    template, community = choices.template, choices.community
    start = _start(template, at)
    muster = start - timedelta(minutes=template.muster_before_minutes)
    name = template.name_en if choices.language == "en" else template.name_zh
    places = min(len(choices.places), FILLED_PLACES)
    return {
        "community": community.code,
        "template": template.code,
        "title": name,
        "purpose": ngettext("%(task)s at %(places)s place", "%(task)s at %(places)s places", places)
        % {"task": template.get_task_kind_display(), "places": places},
        "day": timezone.localtime(start).date().isoformat(),
        "muster_time": clock.face(muster),
        "start_time": clock.face(start),
        "end_time": clock.face(start + timedelta(minutes=template.shift_minutes)),
        "reply_time": clock.face(muster - timedelta(minutes=template.reply_before_minutes)),
        "leader": choices.leaders[0].code if choices.leaders else "",
        "units": [unit.code for unit in choices.units],
        "duty_holder": community.name,
        "risk_statement": template.risk_en if choices.language == "en" else template.risk_zh,
        "bring": template.bring_en if choices.language == "en" else template.bring_zh,
    }
