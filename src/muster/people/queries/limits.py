"""The numbers of norms that decide about people."""

from datetime import date

from muster.norms import queries as norms
from muster.people.rules import AgeLimits


def age_limits(division_code: int, on: date) -> AgeLimits:
    """The ages that hold in that place on that day."""
    return AgeLimits(
        minimum=int(norms.number("age.minimum", division_code, on)),
        adult=int(norms.number("age.adult", division_code, on)),
        emergency_maximum=int(norms.number("age.emergency_max", division_code, on)),
    )
