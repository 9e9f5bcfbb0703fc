"""What simulated people do. Pure: a seed and a person give always the same answer, in whatever order they are asked.

Each decision is a draw of its own, keyed by the seed, the person and what is decided, so that one more question to one person
changes nothing for another. The shares are ours (D): 6 in 10 accept, 7 in 100 give the seat back, 8 in 100 do not come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Thing = TypeVar("Thing")

# What the page offers for a no.
REASONS = ("work", "unwell", "family", "away")


class Reply(StrEnum):
    """How a person answers a call."""

    YES = "yes"
    NO = "no"
    SILENT = "silent"


@dataclass(frozen=True)
class Shares:
    """How often people do what. The rest of `accept` and `silent` declines."""

    accept: float = 0.60
    silent: float = 0.18
    drop_out: float = 0.07
    stay_away: float = 0.08
    late: float = 0.12
    leave_early: float = 0.06
    unit_declines: float = 0.10
    unit_names_all: float = 0.85
    named_accept: float = 0.92  # whom a unit names was asked by his colleagues first


@dataclass(frozen=True)
class Presence:
    """When a person comes and goes, in minutes after the start and after the end of the shift (before is negative)."""

    arrives: int
    leaves: int


@dataclass(frozen=True)
class People:
    """The simulated people of one drill."""

    seed: int
    shares: Shares = Shares()

    def reply(self, person: str, call: str, *, named: bool = False) -> Reply:
        """The answer to a call; `named` by a unit, most have said yes to their colleagues."""
        accept = self.shares.named_accept if named else self.shares.accept
        draw = self._share(person, call, "reply")
        if draw < accept:
            return Reply.YES
        rest = (draw - accept) / (1 - accept)
        silent = self.shares.silent / (1 - self.shares.accept)
        return Reply.SILENT if rest < silent else Reply.NO

    def reason(self, person: str, call: str) -> str:
        """Why not."""
        return self._pick(REASONS, person, call, "reason")

    def drops_out(self, person: str, call: str) -> bool:
        """Whether somebody who accepted gives the seat back before the day."""
        return self._share(person, call, "drop_out") < self.shares.drop_out

    def presence(self, person: str, call: str) -> Presence | None:
        """When somebody with a seat comes and goes; None for those who stay away."""
        if self._share(person, call, "stay_away") < self.shares.stay_away:
            return None
        if self._share(person, call, "late") < self.shares.late:
            arrives = self._between(3, 40, person, call, "late_by")
        else:
            arrives = -self._between(0, 25, person, call, "early_by")
        if self._share(person, call, "leave_early") < self.shares.leave_early:
            leaves = -self._between(20, 90, person, call, "leaves_before")
        else:
            leaves = self._between(0, 10, person, call, "leaves_after")
        return Presence(arrives, leaves)

    def scans_alone(self, person: str, call: str) -> bool:
        """Whether the person scans the leader's code, or the leader checks the person in."""
        return self._share(person, call, "scans") < 0.8

    def pledge(self, unit: str, call: str, most: int) -> int:
        """How many a unit promises, 0 for none this time; never more than `most`."""
        if most < 1 or self._share(unit, call, "declines") < self.shares.unit_declines:
            return 0
        return self._between(1, most, unit, call, "pledge")

    def names(self, unit: str, call: str, pledged: int) -> int:
        """How many of those promised it names in time."""
        if self._share(unit, call, "names") < self.shares.unit_names_all:
            return pledged
        return self._between(0, pledged, unit, call, "named")

    def _share(self, *key: str) -> float:
        return self._draw(*key) / 2**64

    def _between(self, low: int, high: int, *key: str) -> int:
        return low + self._draw(*key) % (high - low + 1)

    def _pick(self, things: Sequence[Thing], *key: str) -> Thing:
        return things[self._draw(*key) % len(things)]

    def _draw(self, *key: str) -> int:
        text = "|".join((str(self.seed), *key)).encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
