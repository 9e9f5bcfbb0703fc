"""The privacy notice (PIPL art. 17): version, purposes with their legal bases, and how long each kind of data is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from muster.audit.enums import DataClass
from muster.audit.retention import Rule, rules
from muster.toolkit import clock

Words = str | Promise

VERSION = 1
IN_FORCE_FROM = date(2026, 11, 23)


@dataclass(frozen=True)
class Purpose:
    """Why data is used, which, and on what ground."""

    name: Words
    data: Words
    basis: Words
    can_refuse: bool


@dataclass(frozen=True)
class Kept:
    """Kinds of data that end at the same time."""

    kinds: list[Words]
    until: str


@dataclass(frozen=True)
class Notice:
    """The whole notice; `kept` is read from the rules by which data is really destroyed."""

    version: int
    in_force_from: date
    purposes: tuple[Purpose, ...]
    kept: list[Kept]


PURPOSES = (
    Purpose(
        _("Ask you to help and tell you where and when"),
        _("name, phone, community, the times you gave, what you are willing to do"),
        _("your consent (PIPL art. 13.1)"),
        True,
    ),
    Purpose(
        _("Find the right people for a post"),
        _(
            "skills, training, age group, distance from the post, rest since your last shift, limits you told us"
        ),
        _("your consent (PIPL art. 13.1); a person confirms every choice, and you can see why"),
        True,
    ),
    Purpose(
        _("Record your hours and issue certificates"),
        _("name, id number, check-in and check-out, minutes served"),
        _("your consent and the rules on service records (Order 67)"),
        True,
    ),
    Purpose(
        _("Protect you while you serve"),
        _("name, id number for the insurance of the day, health limits you told us"),
        _("your separate consent (PIPL art. 29)"),
        True,
    ),
    Purpose(
        _("Lead the regular force and reported persons"),
        _("name, phone, unit, post, attendance"),
        _("statutory duty (PIPL art. 13.3)"),
        False,
    ),
    Purpose(
        _("Answer an emergency"),
        _("who was called, who came, where they served"),
        _("public emergency (PIPL art. 13.4); destroyed at the latest when the response ends, counts stay"),
        False,
    ),
)


# What each kind of rows is to the person it is about. A rule of retention without a word here fails a test.
KINDS: dict[str, Words] = {
    "audit.Destruction": _("certificates of what was destroyed"),
    "audit.Disclosure": _("who looked at your data"),
    "audit.Entry": _("the trail of what was done"),
    "audit.Seal": _("the seals of the trail"),
    "audit.Watermark": _("the seals of the trail"),
    "callups.Assignment": _("your shifts"),
    "callups.Assignment.end_reason": _("why you could not come"),
    "callups.Attendance": _("when you arrived and left"),
    "callups.CallUp": _("call-ups"),
    "callups.DispatchRun": _("why people were chosen"),
    "callups.NeedItem": _("what a community needed"),
    "callups.Offer": _("what you were asked and answered"),
    "callups.Offer.reason": _("why you could not come"),
    "callups.Pledge": _("what units pledged"),
    "callups.Post": _("who led a post"),
    "callups.Ring": _("when we rang you"),
    "callups.Scan": _("scans of check-in codes"),
    "callups.SupportIssue": _("what you were given on duty"),
    "callups.TextReply": _("that you answered by text message"),
    "callups.UnitCall": _("what units pledged"),
    "callups.ViewPass": _("addresses of calendars and wall displays"),
    "jobs.Run": _("who started long work"),
    "norms.ModeSwitch": _("who switched the mode of a place"),
    "norms.Setting": _("who changed a rule"),
    "notifications.Message": _("messages sent to you"),
    "notifications.Preference": _("how you want to be reached"),
    "organizations.ContingencyPlan": _("plans of units"),
    "organizations.ResidentUnit": _("resident units"),
    "organizations.UnitContact": _("talks between unit and community"),
    "people.Account": _("your sign-in"),
    "people.Consent": _("what you agreed to"),
    "people.Liaison": _("who speaks for a unit"),
    "people.Person": _("your name, phone, id number and address"),
    "people.ReportIn": _("where you reported in"),
    "people.ReserveTeam": _("reserve teams"),
    "people.ReserveTeamMember": _("reserve teams"),
    "people.Role": _("your roles"),
    "people.SignInCode": _("one-time codes"),
    "people.VolunteerProfile": _("your skills, times and limits"),
    "records.ServiceRecord": _("your hours"),
    "sessions.Session": _("your sign-in"),
}
# How long where no number of days ends it.
OPEN_END: dict[str, Words] = {
    DataClass.SERVICE: _("with your record: 10 years after your last service, earlier if you ask"),
    DataClass.EMERGENCY: _("at the latest until the response ends"),
    DataClass.SYSTEM: _("at least 6 months, then 3 years in the archive"),
}
YEAR_DAYS = 365


def current() -> Notice:
    """The notice in force."""
    return Notice(VERSION, IN_FORCE_FROM, PURPOSES, kept(rules()))


def kept(found: Iterable[Rule]) -> list[Kept]:
    """The rules of retention as a person reads them: what ends together stands together, the soonest first."""
    groups: dict[tuple[timedelta, str], dict[str, Words]] = {}
    for rule in found:
        until = _length(rule.keep) if rule.keep is not None else str(OPEN_END[rule.data_class])
        word = KINDS[rule.model_label]
        groups.setdefault((rule.keep or timedelta.max, until), {})[str(word)] = word
    return [
        Kept(list(kinds.values()), until) for (_keep, until), kinds in sorted(groups.items(), key=_soonest)
    ]


def _soonest(group: tuple[tuple[timedelta, str], object]) -> tuple[timedelta, str]:
    return group[0]


def _length(keep: timedelta) -> str:
    if keep.days and keep.days % YEAR_DAYS == 0:
        years = keep.days // YEAR_DAYS
        return ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    return clock.length(keep)
