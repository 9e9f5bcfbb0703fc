"""The numbers of norms that decide about people."""

from datetime import date

from muster.people.rules import AgeLimits


def age_limits(division_code: int, on: date) -> AgeLimits:
    """The ages that hold in that place on that day."""
    return AgeLimits()
