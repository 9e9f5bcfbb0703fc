"""What has reached its end is destroyed, exactly that, and each destruction leaves a certificate."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from muster.audit.actions import purge
from muster.audit.enums import DataClass
from muster.audit.models import Destruction, Entry
from muster.audit.retention import Rule, delete_older, rules
from muster.notifications.models import Message
from muster.toolkit.actor import SYSTEM, Actor

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
KEEP = timedelta(days=180)
RULE = Rule(
    "notifications.Message",
    DataClass.SYSTEM,
    KEEP,
    "norms.md D.6",
    delete_older("notifications.Message", "created_at"),
)


def message(key: str, age: timedelta, **facts: object) -> Message:
    at = AT - age
    return Message.objects.create(
        send_key=key, topic="offer", channel="file", body="x", created_at=at, next_try_at=at, **facts
    )


def kept() -> set[str]:
    return set(Message.objects.values_list("send_key", flat=True))


@pytest.mark.django_db
def test_the_end_is_exact_to_the_moment() -> None:
    message("a moment over", KEEP + timedelta(microseconds=1))
    message("to the moment", KEEP)
    message("a moment under", KEEP - timedelta(microseconds=1))

    (certificate,) = purge.purge_expired([RULE], at=AT)

    assert kept() == {"to the moment", "a moment under"}
    assert (certificate.row_count, certificate.older_than) == (1, AT - KEEP)


@pytest.mark.django_db
def test_the_certificate_says_what_on_what_ground_and_by_whom() -> None:
    message("old", KEEP * 2)
    auditor = Actor(label="数据处", account_id=3)

    (certificate,) = purge.purge_expired([RULE], actor=auditor, at=AT)

    assert (certificate.model_label, certificate.data_class, certificate.ground) == (
        "notifications.Message",
        "system",
        "norms.md D.6",
    )
    assert (certificate.at, certificate.actor_label) == (AT, "数据处")
    entry = Entry.objects.get()
    assert (entry.verb, entry.object_kind, entry.object_code) == (
        "audit.data.destroyed",
        "destruction",
        certificate.code,
    )
    assert entry.division_code is None


@pytest.mark.django_db
def test_a_certificate_tells_nothing_of_what_was_in_the_rows() -> None:
    message("old", KEEP * 2, address="+8613812341234", title="找陈秀英")

    purge.purge_expired([RULE], at=AT)

    told = str(Destruction.objects.values().get()) + str(Entry.objects.values().get())
    assert "13812341234" not in told
    assert "陈秀英" not in told


@pytest.mark.django_db
def test_a_second_run_destroys_and_certifies_nothing() -> None:
    message("old", KEEP * 2)
    purge.purge_expired([RULE], at=AT)

    assert purge.purge_expired([RULE], at=AT) == []
    assert Destruction.objects.count() == Entry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5])
def test_batches_take_every_row_whatever_their_size(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(purge, "BATCH", 2)
    for number in range(rows):
        message(f"old{number}", KEEP * 2)

    certificates = purge.purge_expired([RULE], at=AT)

    assert sum(one.row_count for one in certificates) == rows
    assert [one.row_count for one in certificates[:-1]] == [2] * (len(certificates) - 1)
    assert kept() == set()


@pytest.mark.django_db
def test_a_batch_that_fails_keeps_its_rows_and_those_before_stay_certified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(purge, "BATCH", 1)
    for number in range(2):
        message(f"old{number}", KEEP * 2)
    destroyed: list[int] = []

    def second_fails(older_than: datetime, limit: int) -> int:
        assert RULE.purge
        rows = RULE.purge(older_than, limit)
        destroyed.append(rows)
        if len(destroyed) == 2:
            raise RuntimeError("the disk is gone")
        return rows

    with pytest.raises(RuntimeError):
        purge.purge_expired([Rule("notifications.Message", DataClass.SYSTEM, KEEP, "", second_fails)], at=AT)

    assert len(kept()) == 1
    assert list(Destruction.objects.values_list("row_count", flat=True)) == [1]


@pytest.mark.django_db
@pytest.mark.parametrize(("keep", "by_age"), [(None, True), (KEEP, False)])
def test_what_does_not_end_by_age_is_left_alone(keep: timedelta | None, by_age: bool) -> None:
    message("old", KEEP * 9)
    rule = Rule("notifications.Message", DataClass.SERVICE, keep, "", RULE.purge if by_age else None)

    assert purge.purge_expired([rule], at=AT) == []
    assert kept() == {"old"}


@pytest.mark.django_db
def test_only_the_rows_that_the_rule_means_end() -> None:
    message("a drill", KEEP * 2, is_drill=True)
    message("real", KEEP * 2)
    drills = Rule(
        "notifications.Message",
        DataClass.SYSTEM,
        KEEP,
        "",
        delete_older("notifications.Message", "created_at", is_drill=True),
    )

    purge.purge_expired([drills], at=AT)

    assert kept() == {"real"}


@pytest.mark.django_db
def test_the_end_of_a_response_is_certified_like_an_end_by_age() -> None:
    certificate = purge.certify(RULE, row_count=12, older_than=AT, actor=SYSTEM, at=AT)

    assert Entry.objects.get().detail == {"model": "notifications.Message", "rows": 12}
    assert Destruction.objects.get() == certificate


@pytest.mark.django_db
def test_nothing_destroyed_cannot_be_certified() -> None:
    with pytest.raises(IntegrityError, match="destruction_destroyed_something"), transaction.atomic():
        purge.certify(RULE, row_count=0, older_than=AT, actor=SYSTEM, at=AT)

    assert Entry.objects.count() == 0


def test_every_rule_names_what_exists_once_and_gives_its_ground() -> None:
    labels = [rule.model_label for rule in rules()]

    assert len(labels) == len(set(labels))
    for rule in rules():
        # One column may end before its row: callups.Offer.reason.
        app, model, *column = rule.model_label.split(".")
        columns = {field.name for field in apps.get_model(app, model)._meta.get_fields()}
        assert set(column) <= columns
        assert rule.ground
        # What ends by age has a way to end, and what has one says when.
        assert (rule.purge is None) or rule.keep


def test_the_trail_and_its_certificates_are_never_ended_by_a_job() -> None:
    ended = {rule.model_label for rule in rules() if rule.purge}

    assert ended.isdisjoint({"audit.Entry", "audit.Disclosure", "audit.Destruction", "audit.Seal"})
