"""Every attempt to check in or out is a fact: accepted or refused it is kept once, and sent again it answers as before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from muster.callups.enums import ScanResult
from muster.callups.models import Assignment, Post, Scan
from muster.callups.rules import presence
from muster.kernel import codes
from muster.norms import queries as norms
from muster.people import links
from muster.people.models import Person
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

MINUTE = timedelta(minutes=1)
PROOF, PROOF_LIFE = "scan", timedelta(minutes=5)
SENT_TWICE = "scan_sent_twice_is_one"


@dataclass(frozen=True)
class Attempt:
    """One attempt: at which post, by which device, with which nonce, when on our clock and when on the device's."""

    post: Post
    deed: str
    actor: Actor
    at: datetime
    nonce: UUID
    device: str
    device_at: datetime | None = None
    assignment: Assignment | None = None


def once(attempt: Attempt, deed: Callable[[], Assignment]) -> Assignment:
    """Runs `deed` in a transaction together with its scan; a nonce seen before answers as it did the first time.

    `deed` gives the assignment that it changed. A refusal is kept with its code after the deed was undone, and raised.
    """
    try:
        answered = _answered(attempt)
        if answered is not None:
            return answered
        with transaction.atomic():
            done = deed()
            Scan.objects.create(assignment=done, result=ScanResult.ACCEPTED, **_facts(attempt))
            return done
    except IntegrityError as error:
        if SENT_TWICE not in str(error):
            raise
        return _answer_of_first(attempt)
    except Refused as refused:
        return _refuse(attempt, refused)


def refuse(attempt: Attempt, refused: Refused) -> None:
    """Keeps an attempt that did not even find an assignment, and raises its refusal."""
    once(attempt, _raiser(refused))


def check_code(post: Post, typed: str, attempt: Attempt) -> None:
    """Refuses `wrong_code` and, after a few of them within a minute from one device, `too_many_tries`.

    A guess has three chances in a million, so a handful of them leaves it there.
    """
    wrong = Scan.objects.filter(device=attempt.device, refusal_code="wrong_code", at__gt=attempt.at - MINUTE)
    if wrong.count() >= norms.number("attendance.wrong_codes_per_minute", post.division_code):
        raise Refused(
            "too_many_tries", _("Too many wrong codes. Wait a minute, or ask the leader to check you in.")
        )
    if not (
        _is_proof(post, typed, attempt) or codes.verify(key_of(post), typed, int(attempt.at.timestamp()))
    ):
        raise Refused(
            "wrong_code",
            _("This code is not the one of now. Look at the leader's phone and type the six digits again."),
        )


def seen_code(post: Post, person: Person, typed: str, at: datetime) -> str:
    """A proof, good for five minutes, that this person had the code of now before his eyes; "" where it is not that code.

    Between scanning and tapping the code on the leader's phone may change more than once; the proof stands in for it.
    """
    if not typed or not codes.verify(key_of(post), typed, int(at.timestamp())):
        return ""
    return links.make(PROOF, post.code + person.code, expires_at=at + PROOF_LIFE)


def key_of(post: Post) -> bytes:
    """The secret of the rotating code of a post."""
    return codes.derive_key(post.code_key.encode(), "check-in", post.code)


def _is_proof(post: Post, typed: str, attempt: Attempt) -> bool:
    if attempt.assignment is None or len(typed) <= codes.DIGITS + 1:
        return False
    try:
        return links.read(PROOF, typed, attempt.at) == post.code + attempt.assignment.person.code
    except Refused:
        return False


def _answered(attempt: Attempt) -> Assignment | None:
    """What the same nonce was answered before; None where it is new. Raises a refusal that was given before."""
    known = _known(attempt)
    return None if known is None else _same_answer(attempt, known)


def _answer_of_first(attempt: Attempt) -> Assignment:
    known = _known(attempt)
    if known is None:
        raise RuntimeError(f"scan {attempt.nonce} was there twice and is not there at all")
    return _same_answer(attempt, known)


def _known(attempt: Attempt) -> Scan | None:
    scans = Scan.objects.select_related("assignment__person", "assignment__shift__post")
    return scans.filter(device=attempt.device, nonce=attempt.nonce).first()


def _same_answer(attempt: Attempt, known: Scan) -> Assignment:
    other = attempt.assignment is not None and known.assignment_id not in (None, attempt.assignment.pk)
    if other or known.deed != attempt.deed or known.post_id != attempt.post.pk:
        raise Refused("scan_used_already", _("This page was used already. Open it again and try once more."))
    if known.result == ScanResult.REFUSED or known.assignment is None:
        raise Refused(known.refusal_code, known.refusal_message)
    return known.assignment


def _refuse(attempt: Attempt, refused: Refused) -> Assignment:
    """Keeps the refusal. If the same nonce was answered meanwhile, on another connection, that answer counts."""
    scan, is_new = Scan.objects.get_or_create(
        device=attempt.device,
        nonce=attempt.nonce,
        defaults={
            **_facts(attempt),
            "assignment": attempt.assignment,
            "result": ScanResult.REFUSED,
            "refusal_code": refused.code,
            "refusal_message": refused.message[:240],
        },
    )
    if is_new:
        raise refused
    return _same_answer(attempt, scan)


def _facts(attempt: Attempt) -> dict[str, Any]:
    return {
        "device": attempt.device,
        "nonce": attempt.nonce,
        "post": attempt.post,
        "deed": attempt.deed,
        "at": attempt.at,
        "device_at": attempt.device_at,
        "skew_seconds": presence.skew_seconds(attempt.device_at, attempt.at),
        "by_label": attempt.actor.label[:120],
    }


def _raiser(refused: Refused) -> Callable[[], Assignment]:
    def deed() -> Assignment:
        raise refused

    return deed
