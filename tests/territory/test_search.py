"""The search of places: what people type finds what they mean, the best first, and only where they may look."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.territory import queries
from muster.territory.actions.load import load_divisions
from muster.territory.enums import Level
from muster.territory.rules import names, range_of

from .conftest import MakeEdition

ROWS = [
    "510000000000,四川省,province",
    "510100000000,成都市,city",
    "511000000000,内江市,city",
    "511100000000,乐山市,city",
    "510107000000,武侯区,county",
    "510114000000,新都区,county",
    "511002000000,市中区,county",
    "511102000000,市中区,county",
    "510107001000,浆洗街街道,town",
    "510114001000,新都街道,town",
    "510114102000,太平镇,town",
    "511002100000,太平镇,town",
    "511102100000,太平镇,town",
    "510107001006,锦里社区居委会,community",
    "510107001007,锦里东路社区居委会,community",
    "510114001001,新里社区居委会,community",
    "510114102001,太平社区居委会,community",
    "510114102201,太平村村民委员会,community",
    "510114102202,绿水村村民委员会,community",
    "511002100201,太平寺村村民委员会,community",
    "511002100202,长松村村民委员会,community",
    "511102100201,曾家村村民委员会,community",
    "511102100202,甲西村（左翼）村村民委员会,community",
]


@pytest.fixture
def places(make_edition: MakeEdition) -> None:
    load_divisions(edition=make_edition(date(2023, 6, 30), ROWS))


def found(text: str, **facts: object) -> list[int]:
    return [place.code for place in queries.find(text, **facts)]  # type: ignore[arg-type]  # facts of the caller


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("新都区", "xin du qu"),
        ("成都市", "cheng du shi"),
        ("花都社区", "hua du she qu"),
        ("长松村", "chang song cun"),
        ("长宁县", "chang ning xian"),
        ("曾家镇", "zeng jia zhen"),
        ("什邡市", "shi fang shi"),
        ("什地镇", "shi di zhen"),
        ("白什乡", "bai shi xiang"),
        ("柏林村", "bai lin cun"),
        ("民乐村", "min le cun"),
        ("乐山市", "le shan shi"),
        ("乐至县", "le zhi xian"),
        ("朝天区", "chao tian qu"),
        ("朝阳社区", "chao yang she qu"),
        ("荥经县", "ying jing xian"),
        ("荥河镇", "ying he zhen"),
        ("犍为县", "qian wei xian"),
        ("阆中市", "lang zhong shi"),
        ("邛崃市", "qiong lai shi"),
        ("大邑县", "da yi xian"),
        ("都江堰市", "du jiang yan shi"),
        ("会理市", "hui li shi"),
        ("昭觉县", "zhao jue xian"),
        ("越西县", "yue xi xian"),
        ("色达县", "se da xian"),
        ("稻城县", "dao cheng xian"),
        ("若尔盖县", "ruo er gai xian"),
        ("华蓥市", "hua ying shi"),
        ("旌阳区", "jing yang qu"),
        ("珙县", "gong xian"),
        ("叙永县", "xu yong xian"),
        ("绿水村", "lv shui cun"),
    ],
)
def test_a_mark_with_two_readings_is_read_as_in_the_name_of_the_place(name: str, pinyin: str) -> None:
    spelling = names.spelling_of(name)

    assert spelling.pinyin == pinyin
    assert spelling.initials == "".join(syllable[0] for syllable in pinyin.split())


@pytest.mark.django_db
@pytest.mark.usefixtures("places")
class TestFind:
    """Against a small province with names that are there more than once."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("锦里", 510107001006),
            ("锦里社区居民委员会", 510107001006),
            ("  锦里  ", 510107001006),
            ("jinli", 510107001006),
            ("jin li", 510107001006),
            ("Jin Li She Qu", 510107001006),
            ("ＪＩＮＬＩ", 510107001006),
            ("jlsq", 510107001006),
            ("xin du", 510114000000),
            ("xindou", None),
            ("changsong", 511002100202),
            ("zengjia", 511102100201),
            ("lvshui", 510114102202),
            ("lüshui", 510114102202),
            ("甲西村左翼", 511102100202),
            ("甲西村（左翼）", 511102100202),
            ("浆洗街街道办事处", 510107001000),
            ("成都 武侯 锦里", 510107001006),
            ("wuhou jinli", 510107001006),
            ("内江 锦里", None),
            ("锦", 510107001006),
            ("里锦", None),
            ("%", None),
            ("_", None),
            ("'; DROP TABLE territory_division; --", None),
            ("锦里\x00", 510107001006),
            ("\x00", None),
        ],
    )
    def test_what_is_typed_finds_what_is_meant(self, text: str, code: int | None) -> None:
        assert next(iter(found(text)), None) == code

    def test_the_whole_name_comes_before_those_that_begin_with_it(self) -> None:
        assert found("太平村") == [510114102201]
        # Exact for no one; all begin with it: the higher level first, then by code.
        assert found("太平") == [
            510114102000,
            511002100000,
            511102100000,
            510114102001,
            510114102201,
            511002100201,
        ]

    def test_names_that_are_there_twice_are_told_apart_by_the_place_above(self) -> None:
        assert found("市中区") == [511002000000, 511102000000]
        assert found("内江 市中区") == [511002000000]
        assert found("乐山 太平镇") == [511102100000]
        assert found("市中区 太平镇") == [511002100000, 511102100000]
        assert found("leshan tpz") == [511102100000]

    @pytest.mark.parametrize(
        ("within", "codes"),
        [
            (None, [510114102000, 511002100000, 511102100000]),
            ([range_of(511000000000, Level.CITY)], [511002100000]),
            ([range_of(510107000000, Level.COUNTY)], []),
            (
                [range_of(511102000000, Level.COUNTY), range_of(510114000000, Level.COUNTY)],
                [510114102000, 511102100000],
            ),
            ([range_of(511002100000, Level.TOWNSHIP)], [511002100000]),
            ([], []),
        ],
    )
    def test_nobody_finds_what_lies_outside_his_places(
        self, within: list[tuple[int, int]] | None, codes: list[int]
    ) -> None:
        assert found("太平镇", within=within) == codes
        assert found("tai ping zhen", within=within) == codes

    def test_the_place_above_may_lie_outside_but_what_is_found_may_not(self) -> None:
        street = [range_of(510107001000, Level.TOWNSHIP)]

        # The overseer of a street cannot look up the district, so its name narrows nothing for him.
        assert found("武侯 锦里", within=street) == []
        assert found("浆洗街 锦里", within=street)[0] == 510107001006

    @pytest.mark.parametrize("limit", [1, 2, 6, 7])
    def test_the_limit_cuts_the_end_of_the_list(self, limit: int) -> None:
        assert found("太平", limit=limit) == found("太平")[:limit]

    @pytest.mark.parametrize("text", ["锦里", "成都 锦里", "jin li"])
    def test_a_search_costs_one_query_for_each_word(
        self, text: str, django_assert_max_num_queries: object
    ) -> None:
        assert callable(django_assert_max_num_queries)
        with django_assert_max_num_queries(len(text.split())):
            assert 510107001006 in found(text)


HAN = st.text(st.sampled_from("锦里太平长都新村社区街道（）607 乐"), min_size=1, max_size=9)


@given(HAN)
def test_every_name_is_found_by_itself_its_pinyin_and_its_initials(name: str) -> None:
    keys = set(names.keys_of(name))
    spelling = names.spelling_of(name)

    if names.normal(name) == name:
        assert set(names.keys_wanted(name)) <= keys
    for text in (spelling.pinyin.replace(" ", ""), spelling.initials):
        if len(text) > 1:
            assert set(names.keys_wanted(text)) <= keys


@given(HAN, st.integers(0, 8), st.integers(1, 9))
def test_every_part_of_a_name_finds_it(name: str, start: int, length: int) -> None:
    bare = "".join(mark for mark in name if mark.isalnum())
    part = bare[start : start + length]
    if names.normal(part) != part or part.isascii():
        return

    assert set(names.keys_wanted(part)) <= set(names.keys_of(name))


@given(st.text(max_size=30))
def test_whatever_is_typed_is_understood_or_ignored(text: str) -> None:
    keys = names.keys_wanted(text)

    assert all(0 < len(key) <= names.KEY_LENGTH for key in keys)
