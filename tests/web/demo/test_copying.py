"""Rows by COPY: the same rows as saving them would make, whatever stands in the text."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import UniqueViolation

from muster.people.models import Skill, VolunteerProfile
from muster.territory.models import Compound, Division
from muster.web.demo.copying import LINES, Copier, reserve_ids

from .conftest import AT, JINLI

pytestmark = pytest.mark.django_db


def skills() -> list[tuple[str, str, str]]:
    return list(Skill.objects.order_by("code").values_list("code", "name_zh", "name_en"))


def test_rows_are_there_as_they_were_given() -> None:
    rows = [("a", "急救", "first aid"), ("b", "做饭", "cooking")]

    Copier(Skill, ("code", "name_zh", "name_en")).write(rows)

    assert skills() == rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40))
def test_any_text_comes_back_as_it_went_in(text: str) -> None:
    with transaction.atomic():
        Copier(Skill, ("code", "name_zh", "name_en")).write([("any", text, "x")])
        assert skills() == [("any", text, "x")]
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "text", ["\\N", "\\.", "a\tb", "a\nb", "a\r\nb", "100 %", "%s", '"', "'", "{a,b}", ""]
)
def test_text_that_means_something_to_copy_is_only_text(text: str) -> None:
    Copier(Skill, ("code", "name_zh"), name_en=text).write([("x", text)])

    assert skills() == [("x", text, text)]


def test_fields_that_are_not_named_keep_their_default() -> None:
    Copier(Compound, ("code", "name"), division_code=JINLI, property_status="none").write(
        [("ABCDEFGH", "锦里西苑")]
    )

    compound = Compound.objects.get()
    assert (compound.kind, compound.address, compound.household_count, compound.lon) == (
        "compound",
        "",
        0,
        None,
    )


def test_lists_numbers_dates_and_nothing_are_written_as_what_they_are() -> None:
    Copier(
        Division,
        (
            "code",
            "high",
            "search_keys",
            "population",
            "lon",
            "is_position_synthetic",
            "valid_from",
            "valid_to",
        ),
        level=12,
        name="锦里社区",
        short_name="锦里社区",
    ).write([(JINLI, JINLI + 1, ["jl", "锦里"], None, 104.5, False, AT.date(), None)])

    division = Division.objects.get()
    assert (division.search_keys, division.population, division.lon) == (["jl", "锦里"], None, 104.5)
    assert (division.is_position_synthetic, division.valid_from, division.valid_to) == (
        False,
        AT.date(),
        None,
    )


def test_more_rows_than_one_block_are_all_there() -> None:
    count = LINES * 2 + 1

    Copier(Skill, ("code",), name_zh="x", name_en="x").write((f"s{number}",) for number in range(count))

    assert Skill.objects.count() == count


def test_no_rows_are_no_error() -> None:
    Copier(Skill, ("code",), name_zh="x", name_en="x").write([])

    assert skills() == []


def test_field_that_the_model_has_not_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="Skill has no nickname"):
        Copier(Skill, ("code", "nickname"))
    with pytest.raises(TypeError, match="Skill has no color"):
        Copier(Skill, ("code",), color="red")


def test_promises_of_the_database_hold_for_copied_rows_too() -> None:
    copier = Copier(Skill, ("code",), name_zh="x", name_en="x")
    copier.write([("a",)])

    with pytest.raises(UniqueViolation), transaction.atomic():
        copier.write([("b",), ("a",)])

    assert [code for code, *_ in skills()] == ["a"]


def test_reserved_keys_are_given_once() -> None:
    first, second = reserve_ids(VolunteerProfile, 50), reserve_ids(VolunteerProfile, 50)

    assert len({*first, *second}) == 100


def test_reserved_keys_are_not_given_to_rows_that_are_saved() -> None:
    (reserved,) = reserve_ids(Skill, 1)

    assert Skill.objects.create(code="a", name_zh="a", name_en="a").pk != reserved
