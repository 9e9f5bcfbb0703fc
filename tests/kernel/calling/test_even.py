"""The share of yeses starts at the belief and follows the answers."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.kernel.calling import Prior, acceptance


@pytest.mark.parametrize(
    ("accepted", "answered", "expected"), [(0, 0, 0.3), (10, 10, 0.65), (0, 90, 0.03), (300, 1_000, 0.3)]
)
def test_acceptance_starts_at_the_prior_and_follows_the_answers(
    accepted: int, answered: int, expected: float
) -> None:
    assert acceptance(accepted, answered, Prior()) == pytest.approx(expected)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.1, 50), st.floats(0.1, 50))
def test_acceptance_lies_between_prior_and_share(accepted: int, declined: int, yes: float, no: float) -> None:
    assume(accepted + declined > 0)
    prior, share = yes / (yes + no), accepted / (accepted + declined)

    estimate = acceptance(accepted, accepted + declined, Prior(yes, no))

    assert min(prior, share) - 1e-9 <= estimate <= max(prior, share) + 1e-9


@pytest.mark.parametrize(("accepted", "answered"), [(3, 2), (-1, 2)])
def test_more_acceptances_than_answers_are_refused(accepted: int, answered: int) -> None:
    with pytest.raises(ValueError, match="cannot have accepted"):
        acceptance(accepted, answered, Prior())


def test_prior_without_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        Prior(0, 1)
