"""The privacy notice says what the system does."""

from datetime import timedelta

import pytest
from django.utils import translation

from muster.audit.enums import DataClass
from muster.audit.retention import Rule, rules
from muster.web import notice


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_every_rule_of_retention_is_told_in_words_for_the_person():
    assert sorted({rule.model_label for rule in rules()} - set(notice.KINDS)) == []


def test_the_notice_shows_every_rule_that_is_in_force():
    told = {str(kind) for row in notice.current().kept for kind in row.kinds}

    assert told == {str(notice.KINDS[rule.model_label]) for rule in rules()}


def test_what_ends_together_stands_together_and_the_soonest_first():
    found = [
        Rule("records.ServiceRecord", DataClass.SERVICE, timedelta(days=3650), "g"),
        Rule("people.Person", DataClass.SERVICE, None, "g"),
        Rule("people.SignInCode", DataClass.SYSTEM, timedelta(hours=6), "g"),
        Rule("callups.Attendance", DataClass.SERVICE, timedelta(days=3650), "g"),
        Rule("notifications.Message", DataClass.SYSTEM, timedelta(days=180), "g"),
    ]

    rows = [(row.until, [str(kind) for kind in row.kinds]) for row in notice.kept(found)]

    assert rows == [
        ("6 h", ["one-time codes"]),
        ("180 days", ["messages sent to you"]),
        ("10 years", ["your hours", "when you arrived and left"]),
        (
            "with your record: 10 years after your last service, earlier if you ask",
            ["your name, phone, id number and address"],
        ),
    ]


def test_two_rules_with_one_word_are_told_once():
    found = [
        Rule("people.ReserveTeam", DataClass.SERVICE, None, "g"),
        Rule("people.ReserveTeamMember", DataClass.SERVICE, None, "g"),
    ]

    (row,) = notice.kept(found)

    assert [str(kind) for kind in row.kinds] == ["reserve teams"]


@pytest.mark.parametrize(
    "data_class, said",
    [
        (DataClass.EMERGENCY, "at the latest until the response ends"),
        (DataClass.SYSTEM, "at least 6 months, then 3 years in the archive"),
    ],
)
def test_what_no_number_ends_says_what_does(data_class, said):
    (row,) = notice.kept([Rule("callups.Scan", data_class, None, "g")])

    assert row.until == said


def test_every_purpose_has_data_and_a_ground():
    for purpose in notice.PURPOSES:
        assert all(str(words) for words in (purpose.name, purpose.data, purpose.basis))
