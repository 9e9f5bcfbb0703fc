"""Loading by edition: what is there stays, what changed ends and begins anew, what is gone leads on."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from muster.audit.models import Entry as TrailEntry
from muster.jobs.models import Run
from muster.jobs.progress import Progress
from muster.territory import queries
from muster.territory.actions.load import Loaded, load_divisions
from muster.territory.models import Division

from .conftest import MakeEdition

pytestmark = pytest.mark.django_db

PROVINCE = "510000000000,四川省,province"
CHENGDU = "510100000000,成都市,city"
WUHOU = "510107000000,武侯区,county"
STREET = "510107001000,浆洗街街道,town"
JINLI = "510107001006,锦里社区居委会,community"
SHAOLING = "510107001007,少陵社区居委会,community"
TREE = [PROVINCE, CHENGDU, WUHOU, STREET, JINLI, SHAOLING]
FIRST, SECOND = date(2023, 6, 30), date(2024, 6, 30)


def test_first_load_begins_every_division(make_edition: MakeEdition) -> None:
    loaded = load_divisions(edition=make_edition(FIRST, TREE))

    assert loaded == Loaded(divisions=6, begun=6, ended=0, corrected=0)
    jinli = Division.objects.get(code=510107001006)
    assert (jinli.name, jinli.short_name, jinli.initials) == ("锦里社区居委会", "锦里社区", "jlsq")
    assert (jinli.high, jinli.level, jinli.parent_code) == (510107001007, 12, 510107001000)
    assert (jinli.kind, jinli.valid_from, jinli.valid_to) == ("community", FIRST, None)
    assert jinli.is_position_synthetic
    assert not Division.objects.get(code=510107000000).is_position_synthetic


def test_population_of_the_county_is_shared_out_exactly(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))

    people = dict(Division.objects.values_list("code", "population"))
    assert people[510107000000] == 1_855_186
    assert people[510107001006] + people[510107001007] == 1_855_186
    households = dict(Division.objects.values_list("code", "household_count"))
    assert households[510107001006] + households[510107001007] == 684_867


def test_second_load_changes_nothing_and_leaves_no_trail(make_edition: MakeEdition) -> None:
    edition = make_edition(FIRST, TREE)
    load_divisions(edition=edition)
    before = list(Division.objects.order_by("pk").values())

    loaded = load_divisions(edition=edition)

    assert loaded == Loaded(divisions=6, begun=0, ended=0, corrected=0)
    assert list(Division.objects.order_by("pk").values()) == before
    assert TrailEntry.objects.filter(verb="territory.divisions.loaded").count() == 1


def test_renamed_division_ends_and_begins_anew(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))

    loaded = load_divisions(
        edition=make_edition(SECOND, [*TREE[:4], "510107001006,锦官社区居委会,community", SHAOLING])
    )

    assert loaded == Loaded(divisions=6, begun=1, ended=1, corrected=0)
    editions = Division.objects.filter(code=510107001006).order_by("valid_from")
    assert [(e.short_name, e.valid_from, e.valid_to) for e in editions] == [
        ("锦里社区", FIRST, SECOND),
        ("锦官社区", SECOND, None),
    ]
    assert queries.division(510107001006).short_name == "锦官社区"
    assert queries.division(510107001006, on=date(2024, 6, 29)).short_name == "锦里社区"


def test_abolished_code_leads_to_its_successor(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))
    ended = ["510107001007,少陵社区居委会,community,2023-06-30,2024-06-30,510107001006"]

    load_divisions(edition=make_edition(SECOND, TREE[:5], ended))

    old = Division.objects.get(code=510107001007)
    assert (old.valid_to, old.replaced_by) == (SECOND, 510107001006)
    assert queries.division(510107001007).short_name == "锦里社区"


def test_code_that_was_never_in_force_here_leads_to_its_successor_too(make_edition: MakeEdition) -> None:
    ended = ["513425000000,会理县,county,2020-11-01,2021-01-01,513402000000"]

    liangshan = "513400000000,凉山彝族自治州,city"
    load_divisions(edition=make_edition(FIRST, [PROVINCE, liangshan, "513402000000,会理市,county"], ended))

    assert queries.division(513425000000).name == "会理市"
    assert queries.division(513425000000, on=date(2020, 12, 1)).name == "会理县"


def test_abolished_code_without_successor_is_no_division_any_more(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))

    load_divisions(edition=make_edition(SECOND, TREE[:5]))

    with pytest.raises(Division.DoesNotExist):
        queries.division(510107001007)
    assert queries.division(510107001007, on=FIRST).short_name == "少陵社区"


def test_codes_that_replace_each_other_in_a_circle_are_no_division(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))
    circle = [
        "510107001006,锦里社区居委会,community,2023-06-30,2024-06-30,510107001007",
        "510107001007,少陵社区居委会,community,2023-06-30,2024-06-30,510107001006",
    ]
    load_divisions(edition=make_edition(SECOND, TREE[:4], circle))

    with pytest.raises(Division.DoesNotExist):
        queries.division(510107001006)


def test_correction_of_the_same_edition_changes_it_in_place(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))

    loaded = load_divisions(
        edition=make_edition(FIRST, [*TREE[:4], "510107001006,锦裡社区居委会,community", SHAOLING])
    )

    assert loaded == Loaded(divisions=6, begun=0, ended=0, corrected=1)
    assert Division.objects.get(code=510107001006).short_name == "锦裡社区"


def test_figure_that_muster_derives_is_corrected_without_a_new_edition(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))
    Division.objects.filter(code=510107001006).update(pinyin="wrong", population=1)

    loaded = load_divisions(edition=make_edition(SECOND, TREE))

    assert loaded == Loaded(divisions=6, begun=0, ended=0, corrected=1)
    jinli = Division.objects.get(code=510107001006)
    assert (jinli.pinyin, jinli.valid_from) == ("jin li she qu", FIRST)


def test_load_tells_how_far_it_is(make_edition: MakeEdition) -> None:
    with Progress.start("territory.load_divisions") as progress:
        load_divisions(progress, edition=make_edition(FIRST, TREE))

    run = Run.objects.get(kind="territory.load_divisions")
    assert (run.expected, run.done, run.state) == (6, 6, "done")


def test_load_writes_its_progress_over_the_same_connection(
    make_edition: MakeEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.jobs.progress.WRITE_EVERY_SECONDS", 0)
    with Progress.start("territory.load_divisions") as progress:
        load_divisions(progress, edition=make_edition(FIRST, TREE))

    assert (progress.run.expected, progress.run.done, progress.run.state) == (6, 6, "done")


def test_database_keeps_one_edition_in_force(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))
    twin = Division.objects.get(code=510107001006)
    twin.pk, twin.valid_from = None, SECOND

    with pytest.raises(IntegrityError, match="division_one_edition_in_force"), transaction.atomic():
        twin.save()


def test_database_refuses_an_edition_that_ends_before_it_began(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))

    with pytest.raises(IntegrityError, match="division_ends_after_it_began"), transaction.atomic():
        Division.objects.filter(code=510107001006).update(valid_to=FIRST)


def test_database_refuses_a_code_without_twelve_digits(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(FIRST, TREE))

    with pytest.raises(IntegrityError, match="division_code_has_twelve_digits"), transaction.atomic():
        Division.objects.filter(code=510107001006).update(code=5101)
