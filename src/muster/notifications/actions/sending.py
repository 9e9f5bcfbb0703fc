"""Sending what waits. Workers share the work by claims, and the claims of a dead one run out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from muster.jobs import queue
from muster.notifications import rules
from muster.notifications.channels import CHANNELS
from muster.notifications.channels.base import TryLater, Undeliverable
from muster.notifications.enums import MessageState
from muster.notifications.models import Message

logger = logging.getLogger(__name__)

JOB = "notifications.send_messages"
PER_JOB = 500
# The job's clock is the database's and the claim's is ours; a job that comes a moment early must not go away empty.
EARLY = timedelta(seconds=5)
# How many forgotten messages one sweep takes up.
SWEEP = 5000


def send(ids: Sequence[int], *, at: datetime | None = None) -> int:
    """Send those of the messages that still wait. Returns how many went out; a second worker finds nothing to claim.

    When a provider asks to wait, the rest of its messages waits as well, without having tried.
    """
    by_channel: dict[str, list[int]] = {}
    waiting = Message.objects.filter(pk__in=ids, state=MessageState.QUEUED).order_by("pk")
    for pk, channel in waiting.values_list("pk", "channel"):
        by_channel.setdefault(channel, []).append(pk)
    sent = 0
    for channel, mine in by_channel.items():
        batches = _batches(mine, CHANNELS[channel].BATCH)
        for place, batch in enumerate(batches):
            now = at or timezone.now()
            out, wait = _send_batch(channel, batch, now)
            sent += out
            if wait:
                _hold_back([pk for later in batches[place + 1 :] for pk in later], wait, now)
                break
    return sent


def sweep(*, at: datetime | None = None) -> int:
    """Take up what nobody works on: the claims of dead workers, and messages whose job is gone. Returns how many."""
    at = at or timezone.now()
    with transaction.atomic():
        ids = _reclaimed(at - rules.LEASE, at)
        # While jobs wait, a message that waits is not forgotten: taking it up again would only multiply the jobs.
        if not queue.is_busy(JOB):
            forgotten = Message.objects.filter(state=MessageState.QUEUED, next_try_at__lt=at - rules.LEASE)
            ids += forgotten.order_by("next_try_at").values_list("pk", flat=True)[:SWEEP]
        queue.enqueue_many(JOB, [{"ids": batch} for batch in _batches(sorted(set(ids)), PER_JOB)])
    return len(set(ids))


def _send_batch(channel: str, ids: Sequence[int], now: datetime) -> tuple[int, timedelta | None]:
    """How many went out, and how long the provider asks to be left alone, where it does."""
    # The claim is committed before anything leaves, so that two workers never hold the same message.
    claimed = _claim(ids, now)
    messages = list(Message.objects.filter(pk__in=claimed).order_by("pk"))
    if not messages:
        return 0, None
    wait: timedelta | None = None
    try:
        CHANNELS[channel].send(messages)
    except Undeliverable as error:
        _fail(messages, str(error), now)
    except TryLater as error:
        wait = error.after
        _put_off(messages, str(error), wait, now)
    except Exception as error:
        # The class alone: the text of a foreign error may carry an address.
        logger.error("The channel %s failed with %s.", channel, type(error).__name__)
        _put_off(messages, type(error).__name__, None, now)
    else:
        out = _ours(messages, now).update(
            state=MessageState.SENT, sent_at=timezone.now(), claimed_at=None, error=""
        )
        return out, None
    return 0, wait


def _hold_back(ids: Sequence[int], wait: timedelta, now: datetime) -> None:
    """Those that have not been tried wait as long as the provider asks, and their attempts are all still theirs."""
    if ids:
        next_try_at = now + wait
        with transaction.atomic():
            Message.objects.filter(pk__in=ids, state=MessageState.QUEUED).update(next_try_at=next_try_at)
            queue.enqueue_at(JOB, next_try_at, ids=list(ids))


def _claim(ids: Sequence[int], now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET state = 'sending', claimed_at = %s, attempts = attempts + 1"
            " WHERE id = ANY(%s) AND state = 'queued' AND next_try_at <= %s RETURNING id",
            [now, list(ids), now + EARLY],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _reclaimed(claimed_before: datetime, now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET state = 'queued', claimed_at = NULL, next_try_at = %s"
            " WHERE state = 'sending' AND claimed_at < %s RETURNING id",
            [now, claimed_before],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _ours(messages: Iterable[Message], claimed_at: datetime) -> QuerySet[Message]:
    """The messages as far as this claim still holds: after a pause longer than the lease another may have them."""
    return Message.objects.filter(
        pk__in=[message.pk for message in messages], state=MessageState.SENDING, claimed_at=claimed_at
    )


def _fail(messages: Iterable[Message], error: str, now: datetime) -> None:
    _ours(messages, now).update(state=MessageState.FAILED, claimed_at=None, error=error[:200])


def _put_off(messages: Sequence[Message], error: str, after: timedelta | None, now: datetime) -> None:
    """Back into the queue with a pause of its own for each, or to the failed ones when all attempts are used up."""
    spent = [message for message in messages if message.attempts >= rules.ATTEMPTS]
    _fail(spent, error, now)
    for message in messages:
        if message.attempts < rules.ATTEMPTS:
            next_try_at = now + (after or rules.pause_after(message.attempts, message.code))
            with transaction.atomic():
                _ours([message], now).update(
                    state=MessageState.QUEUED, claimed_at=None, next_try_at=next_try_at, error=error[:200]
                )
                queue.enqueue_at(JOB, next_try_at, ids=[message.pk])


def _batches(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
