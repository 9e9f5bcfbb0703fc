"""What a call-up may be before it is raised: each limit at the last value that passes and the first that does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.rules.drafts import (
    MOST_SEATS,
    CallUpDraft,
    PostDraft,
    SeatsDraft,
    ShiftDraft,
    SupportDraft,
    check_draft,
)
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, post, shift

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONGEST = timedelta(hours=6)


def verdict(form: CallUpDraft, longest: timedelta = LONGEST) -> str:
    """The code of the refusal, "" where the draft passes."""
    try:
        check_draft(form, NOW, longest=longest)
    except Refused as refused:
        assert refused.message
        return refused.code
    return ""


def lasting(length: timedelta) -> CallUpDraft:
    span = ShiftDraft(START, START, START + length, (SeatsDraft("general", 1),))
    return draft(posts=(post("北门", span),), reply_by=START - HOUR)


def mustering(before: timedelta) -> CallUpDraft:
    span = ShiftDraft(START - before, START, START + HOUR, (SeatsDraft("general", 1),))
    return draft(posts=(post("北门", span),), reply_by=START - HOUR)


def ending(after_now: timedelta) -> CallUpDraft:
    end = NOW + after_now
    span = ShiftDraft(end - HOUR, end - HOUR, end, (SeatsDraft("general", 1),))
    return draft(posts=(post("北门", span),), reply_by=end)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        pytest.param(lambda: lasting(LONGEST), "", id="as long as the norms allow"),
        pytest.param(lambda: lasting(LONGEST + SECOND), "shift_too_long", id="a second longer"),
        pytest.param(lambda: lasting(SECOND), "", id="the shortest shift"),
        pytest.param(lambda: lasting(timedelta(0)), "times_crossed", id="a shift without length"),
        pytest.param(lambda: mustering(timedelta(0)), "", id="muster at the start"),
        pytest.param(lambda: mustering(-SECOND), "times_crossed", id="muster after the start"),
        pytest.param(lambda: ending(SECOND), "", id="over in a second"),
        pytest.param(lambda: ending(timedelta(0)), "already_over", id="over now"),
        pytest.param(lambda: draft(reply_by=NOW), "reply_over", id="answers until now"),
        pytest.param(lambda: draft(reply_by=NOW + SECOND), "", id="answers for a second"),
        pytest.param(lambda: draft(reply_by=START + 6 * HOUR), "", id="answers until the very end"),
        pytest.param(
            lambda: draft(reply_by=START + 6 * HOUR + SECOND), "reply_after_end", id="answers after the end"
        ),
        pytest.param(lambda: draft(1), "", id="one seat"),
        pytest.param(lambda: draft(0), "no_seats", id="no seat"),
        pytest.param(lambda: draft(MOST_SEATS), "", id="as many seats as fit"),
        pytest.param(lambda: draft(MOST_SEATS + 1), "too_many_seats", id="one seat too many"),
        pytest.param(lambda: draft(posts=(post("北门"),)), "no_seats", id="a post without a shift"),
        pytest.param(lambda: draft(risk_statement=" \n\t"), "risk_missing", id="a blank risk statement"),
        pytest.param(lambda: draft(duty_holder="\u3000"), "duty_holder_missing", id="a blank duty holder"),
    ],
)
def test_each_limit_of_a_draft_is_where_it_is_said_to_be(form: Callable[[], CallUpDraft], code: str) -> None:
    assert verdict(form()) == code


def test_full_protection_shortens_the_longest_shift() -> None:
    four_hours = draft(posts=(post("北门", shift(SeatsDraft("general", 1), hours=4)),))

    assert verdict(four_hours, longest=timedelta(hours=4)) == ""
    assert verdict(four_hours, longest=timedelta(hours=4) - MINUTE) == "shift_too_long"


def test_the_sentence_names_the_hours_that_a_shift_may_have() -> None:
    with pytest.raises(Refused) as refused:
        check_draft(lasting(4 * HOUR), NOW, longest=timedelta(hours=3, minutes=30))

    assert "3.5" in refused.value.message


@pytest.mark.parametrize("bad", [0, 1, 2], ids=["first post", "second post", "third post"])
def test_one_bad_shift_among_good_ones_is_found_wherever_it_stands(bad: int) -> None:
    good = shift(SeatsDraft("general", 1))
    crossed = ShiftDraft(START, START + HOUR, START, (SeatsDraft("general", 1),))
    posts = [post(name, good) for name in ("东门", "南门", "西门")]
    posts[bad] = post("北门", crossed)

    assert verdict(draft(posts=tuple(posts))) == "times_crossed"


def test_two_posts_may_stand_at_one_place_but_not_under_one_name() -> None:
    one = post("北门", shift(SeatsDraft("general", 1)), place="锦里西苑")

    assert verdict(draft(posts=(one, post("北门二", *one.shifts, place="锦里西苑")))) == ""
    assert verdict(draft(posts=(one, post("北门", *one.shifts, place="别处")))) == "post_named_twice"


def test_the_call_up_lasts_from_its_first_start_to_its_last_end() -> None:
    early = shift(SeatsDraft("general", 2), start=START)
    late = shift(SeatsDraft("general", 3), start=START + 18 * HOUR)
    form = draft(posts=(post("北门", late), post("南门", early, shift(SeatsDraft("backbone", 1)))))

    assert (form.starts_at, form.ends_at) == (START, START + 24 * HOUR)
    assert (form.seats, len(form.shifts)) == (6, 3)


@pytest.mark.parametrize(
    ("support", "everybody"),
    [
        pytest.param((), False, id="nobody insures"),
        pytest.param((("insurance", "unit"),), False, id="the unit insures its own"),
        pytest.param((("insurance", "community"),), True, id="the community insures all"),
        pytest.param((("insurance", "township"),), True, id="the township insures all"),
        pytest.param(
            (("ppe", "community"), ("meals", "township")), False, id="other things are no insurance"
        ),
    ],
)
def test_insurance_for_everybody_comes_from_whoever_calls(
    support: tuple[tuple[str, str], ...], everybody: bool
) -> None:
    form = draft(support=tuple(SupportDraft(kind, giver) for kind, giver in support))

    assert form.insures_everybody is everybody


seats_of_a_place = st.lists(
    st.builds(SeatsDraft, st.sampled_from(["general", "backbone"]), st.integers(0, 40)),
    min_size=1,
    max_size=3,
)


@given(
    places=st.lists(seats_of_a_place, min_size=1, max_size=5),
    starts=st.lists(st.integers(1, 600), min_size=5, max_size=5),
    minutes=st.lists(st.integers(1, 360), min_size=5, max_size=5),
)
def test_a_draft_within_the_limits_passes_whatever_it_is_made_of(
    places: list[list[SeatsDraft]], starts: list[int], minutes: list[int]
) -> None:
    posts = tuple(
        PostDraft(
            name=f"岗位{number}",
            shifts=(
                ShiftDraft(
                    NOW + starts[number] * MINUTE,
                    NOW + starts[number] * MINUTE,
                    NOW + (starts[number] + minutes[number]) * MINUTE,
                    tuple(seats),
                ),
            ),
        )
        for number, seats in enumerate(places)
    )
    form = draft(posts=posts, reply_by=NOW + SECOND)

    wanted = sum(kind.seats for seats in places for kind in seats)
    assert form.seats == wanted
    assert verdict(form) == ("" if wanted else "no_seats")
