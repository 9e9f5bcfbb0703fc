"""The real province: every division is there, found in many spellings, and reached through an index."""

import pytest
from django.db import connection
from django.db.models import QuerySet, Sum

from muster.territory import queries
from muster.territory.enums import Level
from muster.territory.models import Division
from muster.territory.rules import range_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]

STREET = range_of(510107001000, Level.TOWNSHIP)
WUHOU = range_of(510107000000, Level.COUNTY)


def plan_of(query: QuerySet[Division]) -> str:
    """How the database runs the query."""
    sql, values = query.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_every_division_of_the_province_is_in_force() -> None:
    assert queries.in_force().count() == 37_728


def test_people_add_up_at_every_level() -> None:
    totals = dict(queries.in_force().values_list("level").annotate(Sum("population")))

    assert set(totals.values()) == {83_674_866}


def test_every_division_has_its_parent() -> None:
    codes = set(queries.in_force().values_list("code", flat=True))
    parents = set(queries.in_force().exclude(parent_code=None).values_list("parent_code", flat=True))

    assert parents <= codes


def test_communities_of_the_street_are_its_own() -> None:
    assert [place.short_name for place in queries.communities_in(*STREET)] == [
        "洗面桥社区",
        "蜀汉街社区",
        "锦里社区",
        "少陵社区",
        "百花社区",
        "双楠社区",
        "广福桥社区",
        "七道堰社区",
        "楠欣社区",
    ]


def test_villages_can_be_left_out() -> None:
    wenchuan = range_of(513221000000, Level.COUNTY)

    everything = queries.communities_in(*wenchuan).count()
    without = queries.communities_in(*wenchuan, with_villages=False).count()

    assert 0 < without < everything


def test_children_are_one_level_down_in_order() -> None:
    assert [place.code for place in queries.children(510000000000)][:2] == [510100000000, 510300000000]
    assert queries.children(510107001000).count() == 9
    assert queries.children(510107001006).count() == 0


def test_ancestors_run_from_the_province_down() -> None:
    assert [place.short_name for place in queries.ancestors(510107001006)] == [
        "四川省",
        "成都市",
        "武侯区",
        "浆洗街街道",
    ]


@pytest.mark.parametrize(
    "text",
    ["锦里", "锦里社区", "锦里社区居委会", "jinli", "JinLi", "jinlishequ", "武侯 锦里", "成都 武侯 jinli"],
)
def test_community_is_found_in_every_spelling(text: str) -> None:
    assert 510107001006 in [place.code for place in queries.find(text)]


@pytest.mark.parametrize("text", ["䢺江", "䢺", "chujiang", "cjz", "䢺江镇"])
def test_town_with_a_rare_mark_is_found(text: str) -> None:
    assert 510129106000 in [place.code for place in queries.find(text)]


def test_same_named_towns_are_all_found_and_told_apart_by_the_place_above() -> None:
    everywhere = queries.find("太平镇", limit=50)

    assert len({place.code for place in everywhere if place.name == "太平镇"}) == 8
    assert [place.name for place in queries.find("古蔺 太平镇")] == ["太平镇"]
    assert queries.find("古蔺 太平镇")[0].parent_code == 510525000000


def test_exact_name_comes_first() -> None:
    assert queries.find("市中区")[0].level == Level.COUNTY
    assert {place.code for place in queries.find("市中区")[:2]} == {511002000000, 511102000000}


def test_search_stays_within_what_the_caller_may_see() -> None:
    found = queries.find("太平", within=(WUHOU,))

    assert all(WUHOU[0] <= place.code < WUHOU[1] for place in found)
    assert queries.find("锦里", within=(range_of(510104000000, Level.COUNTY),)) == []
    assert queries.find("武侯 锦里", within=(range_of(510104000000, Level.COUNTY),)) == []
    assert queries.find("锦里", within=()) == []


@pytest.mark.parametrize("text", ["", "   ", "（）", "武侯 （）", "没有这个地方", "zzzzzz"])
def test_search_for_nothing_finds_nothing(text: str) -> None:
    assert queries.find(text) == []


def test_limit_is_kept() -> None:
    assert len(queries.find("社区", limit=7)) == 7


def test_names_of_many_codes_cost_one_query(django_assert_num_queries: object) -> None:
    assert callable(django_assert_num_queries)
    with django_assert_num_queries(1):
        found = queries.names_of([510107001006, 510107001007, 999999999999])

    assert found == {510107001006: "锦里社区", 510107001007: "少陵社区"}


def test_subtree_is_a_range_scan_of_an_index() -> None:
    plan = plan_of(queries.inside(*WUHOU))

    assert "Index" in plan
    assert "code >= " in plan
    assert "Seq Scan" not in plan


def test_search_reads_the_gin_index() -> None:
    plan = plan_of(queries.in_force().filter(search_keys__contains=["锦里"]))

    assert "Bitmap Index Scan on division_search" in plan


def test_children_read_their_index() -> None:
    assert "division_children" in plan_of(queries.children(510107001000))


@pytest.mark.parametrize(
    "text", ["锦里", "太平", "新村", "镇", "街道", "jinli", "jl", "sq", "sheq", "x", "村", "社区"]
)
def test_no_search_reads_the_whole_table(text: str) -> None:
    plan = plan_of(queries._matching(text, None)[:20])

    assert "Seq Scan" not in plan


@pytest.mark.parametrize("text", ["村", "社区"])
def test_a_word_of_most_names_is_not_ranked(text: str) -> None:
    found = queries.find(text)

    assert len(found) == 20
    assert [place.level for place in found] == sorted(place.level for place in found)
    assert all(text in place.short_name for place in found)
