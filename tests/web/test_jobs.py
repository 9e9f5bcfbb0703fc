"""What runs by the clock: the trail is sealed, what has reached its end is destroyed and certified."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django import app

from muster.audit import retention
from muster.audit.actions import purge
from muster.audit.models import Destruction, Entry, Seal
from muster.notifications.models import Message


def message(key: str, days: int) -> Message:
    at = timezone.now() - timedelta(days=days)
    return Message.objects.create(
        send_key=key, topic="offer", channel="file", body="x", created_at=at, next_try_at=at
    )


@pytest.mark.django_db
def test_expired_rows_are_destroyed_and_certified_once() -> None:
    for number in range(3):
        message(f"old{number}", 181)
    message("young", 179)

    app.tasks["audit.purge_expired"].func(timestamp=0)
    app.tasks["audit.purge_expired"].func(timestamp=0)

    assert [row.send_key for row in Message.objects.all()] == ["young"]
    certificate = Destruction.objects.get()
    assert (certificate.model_label, certificate.data_class, certificate.row_count) == (
        "notifications.Message",
        "system",
        3,
    )
    entry = Entry.objects.get(verb="audit.data.destroyed")
    assert (entry.object_code, entry.detail) == (
        certificate.code,
        {"model": "notifications.Message", "rows": 3},
    )


@pytest.mark.django_db
def test_purge_works_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "BATCH", 2)
    for number in range(5):
        message(f"old{number}", 200)

    assert [certificate.row_count for certificate in purge.purge_expired()] == [2, 2, 1]
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_failed_purge_leaves_rows_and_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    message("old", 200)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(purge, "certify", fail)
    with pytest.raises(RuntimeError):
        purge.purge_expired()

    assert (Message.objects.count(), Destruction.objects.count()) == (1, 0)


def test_rules_name_existing_models_once() -> None:
    labels = [rule.model_label for rule in retention.rules()]

    assert len(labels) == len(set(labels))
    assert {"audit.Entry", "audit.Disclosure", "notifications.Message"} <= set(labels)


@pytest.mark.django_db(transaction=True)
def test_sealer_runs_by_the_clock() -> None:
    message("old", 200)
    purge.purge_expired()

    for _ in range(6):
        app.tasks["audit.seal"].func(timestamp=0)

    assert list(Seal.objects.values_list("ledger", "row_count")) == [("entry", 1)]
