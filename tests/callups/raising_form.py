"""The form that raises a call-up, as a browser has it: filled in, sent back with changes, by one press or from the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.test import Client

from muster.callups.forms.call_up import CallUpForm
from muster.callups.queries.raising import raising_choices
from muster.territory.models import Compound, Division
from tests.callups.drafting import NOW
from tests.world import HERE

NEW = "/desk/callups/new/"


def as_sent(form: CallUpForm, **changes: Any) -> dict[str, Any]:
    """What a browser would send of this form if nothing but `changes` were touched."""
    values = {name: form[name].value() for name in form.fields} | changes
    return {name: value for name, value in values.items() if value is not None and value is not False}


def form_of(community: Division, template: str = "", at: datetime = NOW, **changes: Any) -> CallUpForm:
    """The form as it arrives, sent back with these changes."""
    choices = raising_choices(community, template)
    untouched = CallUpForm(None, key=uuid4(), choices=choices, at=at)
    return CallUpForm(as_sent(untouched, **changes), key=None, choices=choices, at=at)


def filled_form(client: Client, **changes: Any) -> dict[str, Any]:
    """What the page of a new form sends."""
    return as_sent(client.get(NEW, follow=True).context["form"], **changes)


def managed_compound(**facts: Any) -> Compound:
    standard = {
        "name": "锦里西苑",
        "property_status": "managed",
        "household_count": 1204,
        "lon": 104.04,
        "lat": 30.64,
    }
    return Compound.objects.create(division_code=HERE, **{**standard, **facts})
