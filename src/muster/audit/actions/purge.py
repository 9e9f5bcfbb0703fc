"""Destroying what has reached its end, and certifying it (突发事件应对法 art. 85, PIPL art. 19 and 47)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from muster.audit.actions import trail
from muster.audit.models import Destruction
from muster.audit.retention import BATCH, Rule, rules
from muster.toolkit.actor import SYSTEM, Actor


def purge_expired(
    only: Iterable[Rule] | None = None, *, actor: Actor = SYSTEM, at: datetime | None = None
) -> list[Destruction]:
    """Destroy the rows that each rule no longer keeps, in batches; a certificate stands or falls with its batch.

    A second run finds nothing and certifies nothing.
    """
    at = at or timezone.now()
    return [
        certificate
        for rule in (rules() if only is None else only)
        for certificate in _purge(rule, actor=actor, at=at)
    ]


def certify(rule: Rule, *, row_count: int, older_than: datetime, actor: Actor, at: datetime) -> Destruction:
    """The certificate for rows that are destroyed in the same transaction, by age or because a response ended."""
    certificate = Destruction.objects.create(
        model_label=rule.model_label,
        data_class=rule.data_class,
        ground=rule.ground,
        older_than=older_than,
        row_count=row_count,
        at=at,
        actor_label=actor.label,
    )
    trail.record(
        "audit.data.destroyed",
        actor=actor,
        obj_kind="destruction",
        obj_code=certificate.code,
        division_code=None,
        at=at,
        detail={"model": rule.model_label, "rows": row_count},
    )
    return certificate


def _purge(rule: Rule, *, actor: Actor, at: datetime) -> Iterator[Destruction]:
    if rule.purge is None or rule.keep is None:
        return
    older_than = at - rule.keep
    while True:
        with transaction.atomic():
            destroyed = rule.purge(older_than, BATCH)
            if not destroyed:
                return
            certificate = certify(rule, row_count=destroyed, older_than=older_than, actor=actor, at=at)
        yield certificate
