"""The arithmetic of fill bars and trends."""

from hypothesis import given
from hypothesis import strategies as st

from muster.toolkit import marks
from muster.toolkit.marks import Bar


def test_percent_stays_within_the_frame():
    assert marks.percent(1, 3) == "33.33%"
    assert marks.percent(5, 0) == "0%"
    assert marks.percent(7, 4) == "100%"
    assert marks.percent(-1, 4) == "0%"


def test_a_full_pledge_shows_where_the_need_lies():
    bars, need = marks.fill(40, 46, 43, 38, 29)

    assert bars == [
        Bar("f1", "0", "100%"),
        Bar("f2", "0", "93.48%"),
        Bar("f3", "0", "82.61%"),
        Bar("f4", "0", "63.04%"),
    ]
    assert need == "86.96%"


def test_a_short_pledge_is_hatched_to_the_need():
    bars, need = marks.fill(40, 30, 22, 9, 0)

    assert bars == [
        Bar("fg", "75%", "25%"),
        Bar("f1", "0", "75%"),
        Bar("f2", "0", "55%"),
        Bar("f3", "0", "22.5%"),
    ]
    assert need == ""


def test_a_pledge_of_exactly_the_need_has_neither_line_nor_hatch():
    bars, need = marks.fill(8, 8, 8, 8, 8)

    assert [bar.css for bar in bars] == ["f1", "f2", "f3", "f4"]
    assert need == ""


def test_nothing_needed_and_nothing_given_draws_nothing():
    assert marks.fill(0, 0, 0, 0, 0) == ([], "")


@given(*[st.integers(0, 5000)] * 5)
def test_no_bar_ever_leaves_its_frame(needed, pledged, named, accepted, arrived):
    bars, need = marks.fill(needed, pledged, named, accepted, arrived)

    widths = [float(bar.start.rstrip("%")) + float(bar.width.rstrip("%")) for bar in bars]
    assert all(width <= 100.1 for width in widths)
    assert need == "" or 0 <= float(need.rstrip("%")) <= 100


def test_a_trend_runs_from_left_to_right_within_its_frame():
    assert marks.trend([70, 80, 90], 80) == ("2.0,26.0 48.0,14.0 94.0,2.0", "14.0", ("94.0", "2.0"))


def test_a_flat_trend_and_a_single_value_do_not_divide_by_zero():
    assert marks.trend([5])[0] == "2.0,26.0"
    assert marks.trend([5, 5])[0] == "2.0,26.0 94.0,26.0"


def test_no_values_make_no_trend():
    assert marks.trend([], 80) == ("", "", None)
