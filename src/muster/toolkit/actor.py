"""Who acts. Every action takes an Actor, so that no deed is without a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Grant:
    """One role held: over a range of division codes [low, high), or over one organization."""

    kind: str
    low: int = 0
    high: int = 0
    organization_id: int | None = None
    department: str = ""

    def covers(self, division_code: int) -> bool:
        """True if the 12-digit `division_code` lies in the place of this role."""
        return self.low <= division_code < self.high


@dataclass(frozen=True)
class Actor:
    """The person or process behind a deed.

    `account_id` is None for the system and for a person who answers through a signed link (then `person_id` is set).
    `on` is the day the grants were read for: a grant outside its dates is not in `grants`.
    """

    label: str
    account_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = field(default=())
    on: date | None = None
    address: str = ""

    def has(self, *kinds: str, division_code: int | None = None, organization_id: int | None = None) -> bool:
        """True if one role of these kinds is held, over the place or the organization where one is named."""
        return any(
            grant.kind in kinds
            and (division_code is None or grant.covers(division_code))
            and (organization_id is None or grant.organization_id == organization_id)
            for grant in self.grants
        )

    def ranges(self, *kinds: str) -> tuple[tuple[int, int], ...]:
        """The half-open code ranges of the roles of these kinds, in order, without those that are empty."""
        return tuple(sorted({(g.low, g.high) for g in self.grants if g.kind in kinds and g.low < g.high}))


SYSTEM = Actor(label="system")
