"""A refusal as every test of it should look: the code, a sentence, and not one row that is different from before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import models

from muster.audit.models import Entry
from muster.callups.models import (
    Assignment,
    Attendance,
    CallUp,
    DispatchRun,
    NeedItem,
    Offer,
    Pledge,
    Post,
    Shift,
    Slot,
    SupportIssue,
    UnitCall,
)
from muster.notifications.models import Message
from muster.people.models import Person, ReportIn, VolunteerProfile
from muster.records.models import ServiceRecord
from muster.toolkit.refusal import Refused

KEPT: tuple[type[models.Model], ...] = (
    *(CallUp, NeedItem, Post, Shift, Slot, UnitCall, Pledge, Offer, Assignment, Attendance, SupportIssue),
    *(DispatchRun, Message, Person, VolunteerProfile, ReportIn, ServiceRecord, Entry),
)


def rows() -> dict[str, list[dict[str, object]]]:
    """Every row that a deed of a call-up can touch; scans are left out, because a refused one is kept."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in KEPT}


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The deed inside is refused with `code` and a sentence, changes nothing and leaves no line on the trail."""
    before = rows()
    with pytest.raises(Refused) as caught:
        yield caught
    assert (caught.value.code, caught.value.message != "") == (code, True)
    assert rows() == before


@contextmanager
def nothing_done() -> Iterator[None]:
    """The deed inside is a repetition: it is answered, and changes nothing."""
    before = rows()
    yield
    assert rows() == before
