"""Is this an identity number, a mobile number, a name? (norms.md part E.)

Library gates refuse real Chengdu numbers (E.1), so what cannot be known is a warning here, never a refusal. No sentence
repeats what was typed: it may end up in a log.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import phonenumbers
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.people.enums import Sex
from muster.toolkit.refusal import Refused

ID_LENGTH = 18
OLD_ID_LENGTH = 15
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
# The first two digits: the provinces, and 81, 82, 83 on the residence permits of Hong Kong, Macau and Taiwan.
ID_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
MOBILE_LENGTH = 11
MOBILE = re.compile(r"1[3-9]\d{9}")
NAME_LENGTHS = range(2, 51)
# The dots that people type between the parts of a minority name; U+00B7 is the one that is kept.
DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･．｡●", "·"))
NAME_MARKS = frozenset("· -'’.")
# Rare characters live there; Python's tables learn of new ones years after people bear them.
RARE_IDEOGRAPHS = range(0x20000, 0x40000)


@dataclass(frozen=True)
class IdNumber:
    """A resident identity number, or the number of a residence permit of Hong Kong, Macau or Taiwan."""

    value: str
    birth_on: date
    sex: Sex
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phone:
    """A mobile number of mainland China, as +86 and eleven digits."""

    e164: str
    warnings: tuple[str, ...] = ()


def parse_id_number(text: str, *, on: date | None = None) -> IdNumber:
    """The number in `text`, checked by length, calendar and check digit.

    Refuses `id_number_old`, `id_number_length`, `id_number_characters`, `id_number_date`, `id_number_check`.
    Warns `division_unknown`. `on` is the day of the check (a birth after it is no birth).
    """
    value = _narrow(text).upper()
    if len(value) == OLD_ID_LENGTH and value.isdigit():
        raise Refused(
            "id_number_old",
            _("15-digit ID numbers ended in 2013. Enter the 18 characters of the present card."),
        )
    if len(value) != ID_LENGTH:
        raise Refused(
            "id_number_length",
            _("An ID number has 18 characters, this one has %(count)d. Check it against the card.")
            % {"count": len(value)},
        )
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise Refused(
            "id_number_characters",
            _("An ID number has 17 digits and then a digit or X. Check it against the card."),
        )
    birth_on = _birth_day(value[6:14], on or timezone.localdate())
    if (
        ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(value, ID_WEIGHTS, strict=False)) % 11]
        != value[17]
    ):
        raise Refused(
            "id_number_check",
            _("One character of the ID number is wrong. Compare it with the card, digit by digit."),
        )
    return IdNumber(
        value=value,
        birth_on=birth_on,
        sex=Sex.MALE if int(value[16]) % 2 else Sex.FEMALE,
        warnings=() if ID_PROVINCE.match(value) else ("division_unknown",),
    )


def parse_phone(text: str) -> Phone:
    """The mobile number in `text`, with or without +86, spaces, hyphens or full-width digits.

    Refuses `phone_characters`, `phone_too_short`, `phone_too_long`, `phone_foreign`, `phone_not_mobile`. Warns
    `phone_new_range` for a range that the numbering plan of the library does not know yet.
    """
    typed = _narrow(text)
    digits = re.sub(r"^(?:\+|00)86|^86(?=1\d{10}$)", "", typed)
    if digits.startswith(("+", "00")):
        raise Refused(
            "phone_foreign", _("Messages go to mainland mobile numbers only. Enter one of 11 digits.")
        )
    if not re.fullmatch(r"[0-9]+", digits):
        raise Refused(
            "phone_characters", _("A phone number has digits only. Enter a mobile number of 11 digits.")
        )
    if digits.startswith("0"):
        raise _not_mobile()
    _check_length(digits)
    if not MOBILE.fullmatch(digits):
        raise _not_mobile()
    number = phonenumbers.parse(digits, "CN")
    is_known = phonenumbers.is_valid_number(number) and (
        phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )
    return Phone(e164=f"+86{digits}", warnings=() if is_known else ("phone_new_range",))


def parse_name(text: str) -> str:
    """The name in `text` with one kind of dot and single spaces; rare characters are kept as they are.

    Refuses `name_length` and `name_characters`. Never split into family and given name.
    """
    name = " ".join(text.replace("\u3000", " ").split()).translate(DOTS)
    if not all(_belongs_in_a_name(character) for character in name):
        raise Refused(
            "name_characters", _("A name has letters and the dot · only. Enter it as on the ID card.")
        )
    if len(name) not in NAME_LENGTHS:
        raise Refused("name_length", _("A name has 2 to 50 characters. Enter it as on the ID card."))
    return name


def _birth_day(digits: str, on: date) -> date:
    try:
        birth_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        birth_on = date.min
    if not date(1900, 1, 1) <= birth_on <= on:
        raise Refused(
            "id_number_date",
            _("Characters 7 to 14 of the ID number are no possible birth date. Check them against the card."),
        )
    return birth_on


def _check_length(digits: str) -> None:
    missing = MOBILE_LENGTH - len(digits)
    if missing > 0:
        raise Refused(
            "phone_too_short",
            ngettext(
                "The mobile number is %(count)d digit short. Complete it.",
                "The mobile number is %(count)d digits short. Complete it.",
                missing,
            )
            % {"count": missing},
        )
    if missing < 0:
        raise Refused(
            "phone_too_long",
            ngettext(
                "The mobile number has %(count)d digit too many. Check it.",
                "The mobile number has %(count)d digits too many. Check it.",
                -missing,
            )
            % {"count": -missing},
        )


def _not_mobile() -> Refused:
    return Refused(
        "phone_not_mobile", _("This is no mobile number. Enter one of 11 digits that begins with 13 to 19.")
    )


def _narrow(text: str) -> str:
    """Full-width forms made narrow; spaces and the marks between groups of digits dropped."""
    return re.sub(r"[\s\-‐-―()（）.]", "", unicodedata.normalize("NFKC", text))


def _belongs_in_a_name(character: str) -> bool:
    return (
        character in NAME_MARKS
        or ord(character) in RARE_IDEOGRAPHS
        or unicodedata.category(character) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"}
    )
