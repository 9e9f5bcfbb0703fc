"""What may stand in the trail, who reads which part of it, and who looked at whom."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.audit import queries
from muster.audit.actions import disclosures, trail
from muster.audit.forms import TrailFilter
from muster.audit.models import Disclosure, Entry
from muster.audit.rules.details import personal_looking
from muster.toolkit import server_clock
from muster.toolkit.actor import SYSTEM, Actor, Grant
from muster.toolkit.refusal import Refused

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HERE = 510_107_001_001
PROVINCE = (510_000_000_000, 520_000_000_000)
digits = st.integers(0, 9)


def deed(verb: str = "a.b.done", **changes: Any) -> trail.Deed:
    facts: dict[str, Any] = {
        "actor": SYSTEM,
        "obj_kind": "thing",
        "obj_code": "T1",
        "division_code": HERE,
        "at": AT,
    }
    return trail.Deed(verb, **{**facts, **changes})


def auditor(*places: tuple[int, int]) -> Actor:
    return Actor(label="a", account_id=1, grants=tuple(Grant("auditor", *place) for place in places))


phones = st.builds("1{}{:09d}".format, st.integers(3, 9), st.integers(0, 10**9 - 1))
id_numbers = st.builds(
    "{}{}{:09d}{}".format,
    st.integers(100_000, 999_999),
    st.sampled_from(["19", "20"]),
    st.integers(0, 10**9 - 1),
    st.sampled_from("0123456789Xx"),
)


@given(
    number=phones | id_numbers,
    before=st.sampled_from(["", "来电 ", "tel:", "（"]),
    after=st.sampled_from(["", "。", " 请回", ")"]),
)
def test_a_number_of_a_person_is_seen_wherever_it_stands(number: str, before: str, after: str) -> None:
    text = f"{before}{number}{after}"

    assert personal_looking({"note": text}) == text
    assert personal_looking({"rows": [{"deep": (text,)}]}) == text


@given(number=phones, code=st.sampled_from(["+86", "86"]))
def test_a_number_with_the_code_of_the_country_is_seen_too(number: str, code: str) -> None:
    assert personal_looking({"to": code + number}) == code + number


@given(code=st.integers(10**11, 10**12 - 1) | st.integers(0, 99_999) | st.dates() | st.datetimes())
def test_a_code_a_count_or_a_day_is_no_number_of_a_person(code: object) -> None:
    assert personal_looking({"fact": str(code).split(".")[0]}) is None


@given(number=phones, digit=digits)
def test_a_longer_row_of_digits_is_something_else(number: str, digit: int) -> None:
    # Twelve digits are a division code; a mobile number has eleven.
    assert personal_looking({"code": f"{number}{digit}"}) is None


@pytest.mark.django_db
def test_one_bad_deed_of_many_writes_none_of_them() -> None:
    with pytest.raises(ValueError, match="no personal data"):
        trail.record_many([deed("a.b.one"), deed("a.b.two", detail={"to": "13812341234"})])

    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_nothing_to_record_asks_the_database_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        trail.record_many([])


@pytest.mark.django_db
def test_many_deeds_cost_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        trail.record_many(deed(obj_code=f"T{number}") for number in range(300))

    assert Entry.objects.count() == 300


@pytest.mark.django_db
def test_a_moved_clock_lets_only_drills_be_written() -> None:
    with server_clock.moved_to(AT):
        trail.record_many([deed("a.b.drilled", is_drill=True)])
        with pytest.raises(Refused) as refusal:
            trail.record_many([deed("a.b.drilled", is_drill=True), deed("a.b.real")])

    assert refusal.value.code == "drill_clock"
    assert [entry.verb for entry in Entry.objects.all()] == ["a.b.drilled"]


@pytest.mark.django_db
def test_long_labels_are_cut_not_refused() -> None:
    trail.record_many([deed(actor=Actor(label="长" * 200, address="1" * 99))])

    entry = Entry.objects.get()
    assert (len(entry.actor_label), len(entry.actor_address)) == (120, 64)


def verbs(actor: Actor) -> set[str]:
    return set(queries.entries_for_auditor(actor).values_list("verb", flat=True))


@pytest.mark.django_db
def test_the_place_of_an_auditor_ends_before_the_next_one() -> None:
    trail.record_many(
        [
            deed("first", division_code=HERE),
            deed("last", division_code=HERE + 9),
            deed("beyond", division_code=HERE + 10),
            deed("before", division_code=HERE - 1),
        ]
    )

    assert verbs(auditor((HERE, HERE + 10))) == {"first", "last"}


@pytest.mark.django_db
def test_an_auditor_of_two_places_reads_both_and_nothing_between() -> None:
    trail.record_many(deed(f"at{step}", division_code=HERE + step) for step in range(5))

    assert verbs(auditor((HERE, HERE + 1), (HERE + 3, HERE + 5))) == {"at0", "at3", "at4"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "reads"), [(PROVINCE, True), ((PROVINCE[0], PROVINCE[1] - 1), False), ((HERE, HERE + 1), False)]
)
def test_deeds_that_belong_to_no_place_are_for_the_auditor_of_a_province(
    place: tuple[int, int], reads: bool
) -> None:
    trail.record_many([deed("nowhere", division_code=None)])

    assert verbs(auditor(place)) == ({"nowhere"} if reads else set())


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["system_administrator", "province_overseer", "community_worker"])
def test_no_other_role_reads_the_trail_however_far_it_reaches(kind: str) -> None:
    trail.record_many([deed(), deed(division_code=None)])

    assert verbs(Actor(label="x", account_id=1, grants=(Grant(kind, *PROVINCE),))) == set()


@pytest.mark.django_db
def test_filters_only_ever_narrow_what_one_may_see() -> None:
    trail.record_many(
        [
            deed("a.b.here", obj_code="AAAA2222"),
            deed("a.b.there", obj_code="BBBB2222", division_code=HERE + 1),
        ]
    )
    mine = queries.entries_for_auditor(auditor((HERE, HERE + 1)))

    for wanted in ({"verb": "a.b.there"}, {"object_code": "BBBB2222"}, {"account": 99}):
        assert list(queries.narrowed(mine, **wanted)) == []
    assert [entry.verb for entry in queries.narrowed(mine)] == ["a.b.here"]


@pytest.mark.django_db
def test_the_history_of_one_object_is_its_own() -> None:
    trail.record_many(
        [
            deed("one", obj_code="T1"),
            deed("of another kind", obj_kind="other", obj_code="T1"),
            deed("two", obj_code="T1"),
            deed("of another", obj_code="T2"),
        ]
    )

    assert [entry.verb for entry in queries.entries_of("thing", "T1")] == ["two", "one"]


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [
        ("K7M2QD3A", "K7M2QD3A"),
        ("k7m2-qd3a", "K7M2QD3A"),
        ("  k7m2qd3a ", "K7M2QD3A"),
        ("510107001001", "510107001001"),
        ("age.minimum", "age.minimum"),
        ("", ""),
    ],
)
def test_a_code_is_found_as_people_write_it(typed: str, looked_for: str) -> None:
    form = TrailFilter({"object_code": typed})

    assert form.is_valid()
    assert form.cleaned_data["object_code"] == looked_for


@pytest.mark.django_db
def test_a_page_of_unmasked_numbers_costs_one_query_and_one_row_each(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        disclosures.disclose_many(
            [(person, "phone") for person in range(50)], actor=SYSTEM, purpose="call_up", at=AT
        )

    assert Disclosure.objects.count() == 50


@pytest.mark.django_db
def test_a_list_without_a_purpose_is_refused_whole() -> None:
    with pytest.raises(ValueError, match="for a purpose"):
        disclosures.disclose_many([(1, "phone")], actor=SYSTEM, purpose="", at=AT)

    assert Disclosure.objects.count() == 0


@pytest.mark.django_db
def test_a_person_reads_only_who_looked_at_this_person() -> None:
    disclosures.disclose_many([(1, "phone"), (2, "phone"), (1, "address")], actor=SYSTEM, purpose="p", at=AT)

    assert [row.field for row in queries.disclosures_of(1)] == ["address", "phone"]
    assert queries.disclosures_of(3).count() == 0
