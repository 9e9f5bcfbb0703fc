"""What dispatch answers, as codes and numbers; sentences are made from them by those who speak to people.

`words` lists every code with the figures that come with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Figure = int | float | str


# What a slot asks for and somebody does not have; the rules of the caller have codes of their own.
WINDOW_NOT_OFFERED = "window_not_offered"
NOT_BACKBONE = "not_backbone"
SKILL_MISSING = "skill_missing"
TOO_FAR = "too_far"
NO_SEATS_LEFT = "no_seats_left"


class Status(StrEnum):
    """How good the plan is known to be: the best there is, or no farther from it than its gap."""

    PROVEN = "proven"
    GAP = "gap"


class EmptyCode(StrEnum):
    """Why seats stay empty."""

    NOBODY_QUALIFIED = "nobody_qualified"
    NOBODY_IN_REACH = "nobody_in_reach"
    FEWER_QUALIFIED_THAN_SEATS = "fewer_qualified_than_seats"
    TAKEN_BY_HIGHER_WEIGHT = "taken_by_higher_weight"
    KEPT_FOR_REST = "kept_for_rest"
    COULD_BE_FILLED = "could_be_filled"


class NotCode(StrEnum):
    """Why somebody whom no rule bars does not have a seat; rules have codes of their own."""

    ASSIGNED = "assigned"
    OTHERS_CHEAPER = "others_cheaper"
    NEEDED_ELSEWHERE = "needed_elsewhere"
    NO_SEATS_TO_FILL = "no_seats_to_fill"
    UNKNOWN_PERSON = "unknown_person"


@dataclass(frozen=True, slots=True)
class Reason:
    """One code with its figures, ready for JSON."""

    code: str
    figures: tuple[tuple[str, Figure], ...] = ()

    def as_dict(self) -> dict[str, Figure]:
        """The figures by name, with the code under `code`."""
        return {"code": self.code, **dict(self.figures)}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A seat and who gets it, as the crow flies `km` away."""

    person: str
    slot: str
    km: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Seats of a slot that nobody gets, and the count that proves it.

    `holders`: people with the skill or backbone flag the slot asks for. `excluded`: how many of them which rule bars.
    `qualified`: those left. `ring_slots`: the slots that compete for the same people; `ring_people` qualify for at least
    one of them, can fill `ring_capacity` seats, and `ring_seats` are asked for. `higher`: (slot, seats filled) of the
    slots in the ring with a higher weight.

    Only the dispatch of a province, where a post has seats of several kinds, fills the rest. `kind`, `ring_kinds`: kind of
    the seats and of each slot of the ring; `higher` has only the nearest of `higher_slots` posts. `in_full`: nobody is
    counted for a seat in which he would only stand in for a backbone member. `radius_km`, `nearest_km`: how far people may
    be sent, and where the nearest is who has what it takes. `resting`: people who have a seat too close in time.
    """

    slot: str
    seats: int
    code: EmptyCode
    asked: int
    holders: int
    qualified: int
    excluded: tuple[tuple[str, int], ...]
    ring_slots: tuple[str, ...]
    ring_people: int
    ring_capacity: int
    ring_seats: int
    higher: tuple[tuple[str, int], ...]
    kind: str = ""
    ring_kinds: tuple[str, ...] = ()
    in_full: bool = False
    radius_km: float | None = None
    nearest_km: float | None = None
    resting: int = 0
    higher_slots: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """What sending somebody to a seat costs, part by part: the way itself, leaving the patch, calling that tier, fairness to
    those who serve less, and another post than the one promised."""

    km: float
    patch_km: float
    tier_km: float
    fairness_km: float
    keep_km: float

    @property
    def total_km(self) -> float:
        """All of it, to 10 m."""
        return round(self.km + self.patch_km + self.tier_km + self.fairness_km + self.keep_km, 2)


@dataclass(frozen=True, slots=True)
class WhyMe:
    """Why this person has this seat.

    `next_person` would newly be called if he were not there, `next_extra_km` is what that costs on top, `next_moves` how many
    others would have to move; all None when without him a seat stays empty.

    Only the dispatch of a province fills the rest. `way`: the price part by part. `stands_in`: he fills a backbone seat
    without being a backbone member, at half its value. `exact`: false where `next_extra_km` is no more than at least what it
    costs, because he has seats to spare or the plan is not proven.
    """

    person: str
    slot: str
    km: float
    tier: int
    skill: str
    backbone_seat: bool
    kept: bool
    recent_calls: int
    days_since_asked: int | None
    next_person: str | None
    next_extra_km: float | None
    next_moves: int | None
    way: Way | None = None
    stands_in: bool = False
    exact: bool = True

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The same as codes, the most telling first."""
        found: list[Reason] = []
        if self.kept:
            found.append(Reason("promise_kept"))
        if self.skill:
            found.append(Reason("has_skill", (("skill", self.skill),)))
        if self.stands_in:
            found.append(Reason("stands_in"))
        elif self.backbone_seat:
            found.append(Reason("is_backbone"))
        found.append(Reason("distance", (("km", self.km),)))
        if self.days_since_asked is not None:
            found.append(Reason("last_asked", (("days", self.days_since_asked),)))
        found.append(Reason("recent_calls", (("calls", self.recent_calls),)))
        found.append(Reason("tier", (("tier", self.tier),)))
        if self.next_person is None or self.next_extra_km is None or self.next_moves is None:
            found.append(Reason("nobody_else"))
        else:
            next_best = (
                ("person", self.next_person),
                ("extra_km", self.next_extra_km),
                ("moves", self.next_moves),
            )
            found.append(Reason("next_best", next_best))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why this person does not have this seat.

    `codes`: rules that bar him, or one `NotCode`. `extra_km`: what the plan would cost more with him there all the same
    (for people with several seats, at least that); None when barred or when a seat would be lost for it. `placed_at`: the
    seat he would have to leave. `exact`: false where `extra_km` is known to be no more than at least that.
    """

    person: str
    slot: str
    codes: tuple[str, ...]
    km: float | None = None
    extra_km: float | None = None
    placed_at: str | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that `Plan.check` found wrong."""

    code: str
    person: str = ""
    slot: str = ""
    detail: str = ""
