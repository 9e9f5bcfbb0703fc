"""From which age on a person may register, and with whose consent (norms.md B.6)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from muster.toolkit.refusal import Refused


@dataclass(frozen=True)
class AgeLimits:
    """Ages in full years, as norms have them for a place and a day."""

    minimum: int
    adult: int
    emergency_maximum: int


def age_on(birth_on: date, day: date) -> int:
    """Age in full years; a person born on 29 February turns older on 1 March of common years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def check_age(birth_on: date, on: date, limits: AgeLimits, *, has_guardian: bool) -> None:
    """Refuses `too_young` below the minimum and `guardian_needed` for a minor whose guardian did not agree."""
    age = age_on(birth_on, on)
    if age < limits.minimum:
        raise Refused(
            "too_young",
            _("Volunteers are at least %(years)d years old. Thank you, and come back then.")
            % {"years": limits.minimum},
        )
    if age < limits.adult and not has_guardian:
        raise Refused(
            "guardian_needed",
            _("Under %(years)d a guardian must agree. Enter the guardian's name and have them confirm.")
            % {"years": limits.adult},
        )


def may_serve_in_emergency(birth_on: date, on: date, limits: AgeLimits, *, has_exception: bool) -> bool:
    """Emergency posts are for adults up to the maximum; above it with a recorded exception, below it never."""
    age = age_on(birth_on, on)
    return age >= limits.adult and (age <= limits.emergency_maximum or has_exception)
