"""How likely people are to say yes when nothing but the answers to one call-up counts, each person like the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prior:
    """What we believe before anybody has answered: a Beta distribution with the weight of `yes + no` answers.

    Basis D: 3 in 10 accept, with the weight of ten answers. Set it from a county's own history.
    """

    yes: float = 3.0
    no: float = 7.0

    def __post_init__(self) -> None:
        if self.yes <= 0 or self.no <= 0:
            raise ValueError("a prior needs some weight on yes and on no")


def acceptance(accepted: int, answered: int, prior: Prior) -> float:
    """Mean of the probability to accept after `answered` answers (or expiries), of which `accepted` were a yes."""
    if not 0 <= accepted <= answered:
        raise ValueError(f"{accepted} of {answered} cannot have accepted")
    return (prior.yes + accepted) / (prior.yes + prior.no + answered)
