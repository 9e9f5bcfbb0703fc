"""Decisions on plain values: is a social credit code real, is a link in force, is a contact fresh."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.organizations.enums import UnitKind
from muster.toolkit.refusal import Refused

# GB 32100-2015: no I, O, S, V, Z. GB 11714, the check inside, counts all letters.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
INNER_CHECKS = "0123456789X"

# First characters (registering authority, category) that say which of the three kinds a unit is. What is not here
# (foreign affairs, religion, the military …) is for the person who enters the unit to say.
KIND_BY_PREFIX = {
    "11": UnitKind.PUBLIC_BODY,
    "12": UnitKind.PUBLIC_BODY,
    "13": UnitKind.PUBLIC_BODY,
    "19": UnitKind.PUBLIC_BODY,
    "5": UnitKind.SOCIAL_ORGANIZATION,
    "9": UnitKind.ENTERPRISE,
    "81": UnitKind.SOCIAL_ORGANIZATION,
    "N": UnitKind.ENTERPRISE,
}


@dataclass(frozen=True)
class Uscc:
    """A unified social credit code that passed both checks. `kind` is what its first characters say, None if nothing."""

    value: str
    division: str
    organization_code: str
    kind: UnitKind | None


def parse_uscc(text: str) -> Uscc:
    """The unified social credit code that was typed (GB 32100-2015), spaces, hyphens and small letters forgiven.

    Refuses `uscc_length`, `uscc_characters` and `uscc_check`. Codes of the military (A), of agriculture (N) and others (Y)
    are as good as any: the library that refuses them (norms.md E.2) is not asked.
    """
    typed = unicodedata.normalize("NFKC", text).upper()
    value = "".join(mark for mark in typed if not mark.isspace() and mark not in "-·.")
    if len(value) != LENGTH:
        raise Refused("uscc_length", _length_words(len(value)))
    strange = sorted({mark for mark in value if mark not in ALPHABET})
    if strange:
        raise Refused(
            "uscc_characters",
            _(
                "%(marks)s cannot be in a social credit code: it has digits and capital letters without I, O, S, V, Z."
            )
            % {"marks": " ".join(strange)},
        )
    if not value[2:8].isdigit():
        raise Refused(
            "uscc_characters", _("The third to eighth characters of a social credit code are digits.")
        )
    if check_character(value[:17]) != value[17] or inner_check_character(value[8:16]) != value[16]:
        raise Refused(
            "uscc_check", _("One character of this social credit code is wrong. Compare it with the license.")
        )
    kind = KIND_BY_PREFIX.get(value[:2]) or KIND_BY_PREFIX.get(value[0])
    return Uscc(value=value, division=value[2:8], organization_code=value[8:17], kind=kind)


def check_character(body: str) -> str:
    """The eighteenth character that belongs to the first seventeen."""
    total = sum(ALPHABET.index(mark) * weight for mark, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def inner_check_character(body: str) -> str:
    """The ninth character of an organization code (GB 11714) that belongs to the first eight."""
    total = sum(INNER_ALPHABET.index(mark) * weight for mark, weight in zip(body, INNER_WEIGHTS, strict=True))
    return INNER_CHECKS[(11 - total % 11) % 11]


def is_linked(linked_at: datetime | None, unlinked_at: datetime | None) -> bool:
    """True while the report-in link of a unit with its community is active (R2.3)."""
    return linked_at is not None and unlinked_at is None


def is_contact_fresh(last_at: datetime | None, at: datetime, days: int) -> bool:
    """True if unit and community spoke in the last so many days (R2.10)."""
    return last_at is not None and at - last_at <= timedelta(days=days)


def reviewed_since(on: date, months: int) -> date:
    """The first day on which a plan must have been reviewed to count on the day `on` (R2.13)."""
    years, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(years, month + 1, min(on.day, monthrange(years, month + 1)[1]))


def _length_words(length: int) -> str:
    off = length - LENGTH
    if off < 0:
        return ngettext(
            "A social credit code has 18 characters; %(count)s is missing.",
            "A social credit code has 18 characters; %(count)s are missing.",
            -off,
        ) % {"count": -off}
    return ngettext(
        "A social credit code has 18 characters; this is %(count)s too many.",
        "A social credit code has 18 characters; these are %(count)s too many.",
        off,
    ) % {"count": off}
