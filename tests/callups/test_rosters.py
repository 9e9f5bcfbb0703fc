"""A pasted list of people, as people paste them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.rules.rosters import Line, read_lines


def the(text: str) -> Line:
    (line,) = read_lines(text)
    return line


@pytest.mark.parametrize(
    "text",
    [
        "杨帆 17712345096",
        "杨帆\t17712345096",
        "杨帆，17712345096",
        "杨帆、17712345096",
        "杨帆；17712345096；测温",
        "杨帆17712345096",
        "17712345096 杨帆",
        "1. 杨帆 177 1234 5096",
        "12、杨帆 +86 177-1234-5096",
        "（3）杨帆：17712345096",
        "3\t杨帆\t17712345096\t会测温",
        "杨帆 １７７１２３４５０９６",
        "\ufeff杨帆\u3000008617712345096",
        "杨帆 男 17712345096 35岁",
        "'杨帆','17712345096'",
        "杨帆 17712345096/13812341234",
    ],
)
def test_name_and_phone_are_found_however_they_are_separated(text: str) -> None:
    line = the(text)

    assert (line.name, line.phone, line.problem) == ("杨帆", "17712345096", "")


@pytest.mark.parametrize(
    "text",
    [
        "杨帆 17712345096 11010519491231002x",
        "11010519491231002X\t杨帆\t17712345096",
        "1,杨帆,11010519491231002X,17712345096",
    ],
)
def test_an_identity_number_is_told_from_a_phone_number(text: str) -> None:
    line = the(text)

    assert (line.name, line.phone, line.id_number) == ("杨帆", "17712345096", "11010519491231002X")


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "欧阳明月", "Anna Maria Smith", "𠮷野"])
def test_long_and_rare_names_are_kept_whole(name: str) -> None:
    assert the(f"{name},17712345096").name == name


def test_headings_titles_and_empty_lines_are_left_out_and_numbers_stay() -> None:
    text = (
        "蜀锦文创公司报到名单\n\n序号,部门,姓名*,手机号\n\n1,销售部,杨帆,17712345096\n2,,孙雪,18612342214\n"
    )

    lines = read_lines(text)

    assert [(line.number, line.name, line.phone) for line in lines] == [
        (5, "杨帆", "17712345096"),
        (6, "孙雪", "18612342214"),
    ]


def test_the_heading_says_where_the_name_is() -> None:
    (line,) = read_lines("单位\t姓名\t电话\n文创公司\t杨帆\t17712345096")

    assert line.name == "杨帆"


def test_a_first_line_with_a_person_is_no_heading() -> None:
    assert [line.name for line in read_lines("杨帆 17712345096\n姓名 电话\n")] == ["杨帆", "姓名"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("17712345096", "The name is missing. Write it before the number."),
        ("杨帆", "The phone number is missing. Write it after the name."),
        ("杨帆 177****5096", "The number is masked with *. Paste the whole number; nobody else will see it."),
        (
            "杨帆 1.77E+10",
            "The spreadsheet has rounded the number. Set the column to text and copy it again.",
        ),
        ("杨帆 17712345096 " + "长" * 200, "This line is too long. Put one person on each line."),
    ],
)
def test_what_is_wrong_with_a_line_is_said(text: str, problem: str) -> None:
    with translation.override("en"):
        assert the(text).problem == problem


@pytest.mark.parametrize(
    ("text", "phone"), [("郑凯 1380000", "1380000"), ("郑凯 177123450961", "177123450961")]
)
def test_a_number_of_the_wrong_length_is_left_for_the_rule_of_numbers(text: str, phone: str) -> None:
    line = the(text)

    assert (line.name, line.phone, line.problem) == ("郑凯", phone, "")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for line in read_lines(text):
        assert line.problem or (line.name and line.phone)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["杨帆", "孙雪", "买买提·艾力"]),
            st.integers(0, 999_999_99),
            st.sampled_from([" ", "\t", ",", "，", ";", "、"]),
        ),
        max_size=20,
    )
)
def test_every_written_person_is_read_back(people: list[tuple[str, int, str]]) -> None:
    text = "\n".join(f"{name}{mark}138{number:08d}" for name, number, mark in people)

    assert [(line.name, line.phone) for line in read_lines(text)] == [
        (name, f"138{number:08d}") for name, number, _mark in people
    ]
