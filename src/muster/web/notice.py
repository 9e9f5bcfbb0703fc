"""The privacy notice (PIPL art. 17): version, purposes with their legal bases, and how long each kind of data is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
class Notice:
    version: int
    in_force_from: date
    purposes: tuple[Purpose, ...]


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


def current() -> Notice:
    """The notice in force."""
    return Notice(VERSION, IN_FORCE_FROM, PURPOSES)
