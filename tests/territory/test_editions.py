"""What editions do to each other: codes that move, chains of successors, loads that were cut off, lists that come too late."""

import itertools
from datetime import date

import pytest
from django.db import transaction

from muster.audit.models import Entry as TrailEntry
from muster.jobs.progress import Progress
from muster.territory import queries
from muster.territory.actions import load
from muster.territory.actions.load import load_divisions
from muster.territory.models import Division
from muster.toolkit.refusal import Refused

from .conftest import MakeEdition

pytestmark = pytest.mark.django_db

ABOVE = ["510000000000,四川省,province", "510100000000,成都市,city", "510107000000,武侯区,county"]
STREET = "510107001000,浆洗街街道,town"
OTHER_STREET = "510107002000,望江路街道,town"
JINLI = "510107001006,锦里社区居委会,community"
SHAOLING = "510107001007,少陵社区居委会,community"
TREE = [*ABOVE, STREET, OTHER_STREET, JINLI, SHAOLING]
YEARS = [date(year, 6, 30) for year in range(2020, 2032)]


def in_force() -> dict[int, str]:
    return dict(queries.in_force().values_list("code", "short_name"))


def ended(code: int, successor: int | str, *, year: int = 2021) -> str:
    """A line of codes that ended on the day of that year's edition."""
    return f"{code},少陵社区居委会,community,2020-06-30,{year}-06-30,{successor}"


def test_a_community_that_moves_to_another_street_is_followed_there(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(YEARS[0], TREE))
    moved = "510107002009,少陵社区居委会,community"

    loaded = load_divisions(
        edition=make_edition(YEARS[1], [*TREE[:6], moved], [ended(510107001007, 510107002009)])
    )

    assert (loaded.divisions, loaded.begun, loaded.ended) == (7, 1, 1)
    assert queries.division(510107001007).parent_code == 510107002000
    assert [place.code for place in queries.children(510107001000)] == [510107001006]
    assert [place.code for place in queries.children(510107002000)] == [510107002009]
    # The day before the move it was where it was.
    assert queries.division(510107001007, on=date(2021, 6, 29)).parent_code == 510107001000


def test_two_communities_that_become_one_both_lead_to_it(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(YEARS[0], TREE))
    both = [ended(510107001006, 510107001008), ended(510107001007, 510107001008)]

    load_divisions(edition=make_edition(YEARS[1], [*TREE[:5], "510107001008,锦少社区居委会,community"], both))

    assert queries.division(510107001006) == queries.division(510107001007)
    assert queries.division(510107001006).short_name == "锦少社区"


@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_chain_of_successors_is_followed_to_its_end(make_edition: MakeEdition, length: int) -> None:
    codes = [510107001100 + step for step in range(length + 1)]
    chain = [
        ended(code, successor, year=2021 + step)
        for step, (code, successor) in enumerate(itertools.pairwise(codes))
    ]
    last = f"{codes[-1]},终点社区居委会,community"

    load_divisions(edition=make_edition(YEARS[-1], [*TREE, last], chain))

    assert [queries.division(code).short_name for code in codes] == ["终点社区"] * (length + 1)


def test_a_chain_longer_than_any_real_one_is_taken_for_a_circle(make_edition: MakeEdition) -> None:
    codes = [510107001100 + step for step in range(queries.FOLLOWED + 1)]
    chain = [ended(code, successor, year=2021) for code, successor in itertools.pairwise(codes)]

    load_divisions(edition=make_edition(YEARS[-1], [*TREE, f"{codes[-1]},终点社区居委会,community"], chain))

    assert queries.division(codes[1]).short_name == "终点社区"
    with pytest.raises(Division.DoesNotExist):
        queries.division(codes[0])


def test_a_chain_that_ends_at_a_code_that_never_was_is_no_division(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(YEARS[1], TREE, [ended(510107001100, 510107001999)]))

    with pytest.raises(Division.DoesNotExist):
        queries.division(510107001100)


def test_a_code_that_comes_back_is_in_force_again_and_keeps_its_history(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(YEARS[0], TREE))
    load_divisions(edition=make_edition(YEARS[1], TREE[:6], [ended(510107001007, 510107001006)]))

    load_divisions(edition=make_edition(YEARS[2], TREE))

    spans = Division.objects.filter(code=510107001007).order_by("valid_from")
    assert [(one.valid_from, one.valid_to) for one in spans] == [(YEARS[0], YEARS[1]), (YEARS[2], None)]
    assert queries.division(510107001007).code == 510107001007
    with pytest.raises(Division.DoesNotExist):
        queries.division(510107001007, on=date(2021, 12, 31))


def test_the_name_of_a_day_is_the_name_of_that_day(make_edition: MakeEdition) -> None:
    for year, name in enumerate(["锦里社区居委会", "锦官社区居委会", "锦城社区居委会"]):
        rows = [*TREE[:5], f"510107001006,{name},community", SHAOLING]
        load_divisions(edition=make_edition(YEARS[year], rows))

    on_the_day = [queries.division(510107001006, on=day).short_name for day in YEARS[:3]]
    before = queries.division(510107001006, on=date(2022, 6, 29)).short_name
    assert (on_the_day, before) == (["锦里社区", "锦官社区", "锦城社区"], "锦官社区")
    assert in_force()[510107001006] == "锦城社区"
    assert queries.names_of([510107001006]) == {510107001006: "锦城社区"}


def test_an_old_name_is_not_found_any_more(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(YEARS[0], TREE))
    load_divisions(
        edition=make_edition(YEARS[1], [*TREE[:5], "510107001006,锦官社区居委会,community", SHAOLING])
    )

    assert queries.find("锦里") == []
    assert [place.code for place in queries.find("锦官")] == [510107001006]


def test_a_town_that_becomes_a_street_begins_anew_and_its_communities_do_not(
    make_edition: MakeEdition,
) -> None:
    load_divisions(edition=make_edition(YEARS[0], [*ABOVE, "510107001000,浆洗街镇,town", JINLI]))

    loaded = load_divisions(edition=make_edition(YEARS[1], [*ABOVE, STREET, JINLI]))

    assert (loaded.begun, loaded.ended) == (1, 1)
    assert queries.division(510107001006).valid_from == YEARS[0]
    assert [place.short_name for place in queries.ancestors(510107001006)][-1] == "浆洗街街道"


@pytest.mark.parametrize("kept", [0, 3, 7])
def test_an_older_list_is_refused_and_changes_nothing(make_edition: MakeEdition, kept: int) -> None:
    load_divisions(edition=make_edition(YEARS[1], TREE))
    before = list(Division.objects.order_by("pk").values())

    with pytest.raises(Refused) as refused:
        load_divisions(edition=make_edition(YEARS[0], TREE[:kept]))

    assert refused.value.code == "edition_superseded"
    assert refused.value.detail == {"newest": "2021-06-30", "older": "2020-06-30"}
    assert list(Division.objects.order_by("pk").values()) == before


def test_an_edition_that_only_ends_codes_is_younger_too(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(YEARS[0], [*TREE[:3], STREET]))
    load_divisions(edition=make_edition(YEARS[2], TREE[:3]))

    with pytest.raises(Refused) as refused:
        load_divisions(edition=make_edition(YEARS[1], [*TREE[:3], STREET]))

    assert refused.value.code == "edition_superseded"


def outcome() -> list[dict[str, object]]:
    """All that a load leaves behind, but for the keys that the database chose."""
    rows = Division.objects.order_by("code", "valid_from").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@pytest.mark.parametrize("step", ["_copy", "_merge", "_follow"])
def test_a_load_that_was_cut_off_leaves_nothing_and_runs_through_the_next_time(
    make_edition: MakeEdition, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    load_divisions(edition=make_edition(YEARS[0], TREE))
    first = outcome()
    second = make_edition(YEARS[1], TREE[:6], [ended(510107001007, 510107001006)])
    with transaction.atomic():
        load_divisions(edition=second)
        expected = outcome()
        transaction.set_rollback(True)
    whole = getattr(load, step)

    def cut_off(*facts: object) -> None:
        whole(*facts)
        raise ConnectionAbortedError(step)

    monkeypatch.setattr(load, step, cut_off)
    with pytest.raises(ConnectionAbortedError), transaction.atomic():
        load_divisions(edition=second)
    assert outcome() == first

    monkeypatch.setattr(load, step, whole)
    load_divisions(edition=second)
    assert outcome() == expected
    assert TrailEntry.objects.filter(verb="territory.divisions.loaded").count() == 2


def test_a_load_that_fails_says_so_on_its_progress(
    make_edition: MakeEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "_merge", lambda *_: 1 / 0)

    with (
        pytest.raises(ZeroDivisionError),
        Progress.start("territory.load_divisions") as progress,
        transaction.atomic(),
    ):
        load_divisions(progress, edition=make_edition(YEARS[0], TREE))

    assert (progress.run.state, progress.run.done) == ("failed", 7)
    assert not Division.objects.exists()


def test_a_load_costs_the_same_number_of_statements_for_few_and_for_many(
    make_edition: MakeEdition, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    many = [f"510107001{number:03d},第{number}社区居委会,community" for number in range(100, 400)]
    load_divisions(edition=make_edition(YEARS[0], TREE))

    # Each load is one COPY, however many rows: the connection counts it with the statements around it.
    with django_assert_num_queries(STATEMENTS):
        load_divisions(edition=make_edition(YEARS[1], TREE))
    with django_assert_num_queries(STATEMENTS + 1):  # and a line of the trail
        load_divisions(edition=make_edition(YEARS[2], [*TREE, *many]))

    assert queries.in_force().count() == 307


STATEMENTS = 13
