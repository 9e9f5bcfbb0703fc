"""Hours that wait for the person in charge: no check-out, or more than one person should give in a day (R9.3)."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from muster.callups.actions import attendance
from muster.callups.forms.hours import ConfirmForm, ReasonForm
from muster.callups.queries.hours import attended
from muster.people.access import RUNNERS, require
from muster.people.web_types import ActorRequest, sign_in_first
from muster.records import access
from muster.records.actions import hours
from muster.records.enums import RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import lines_of, waiting_in
from muster.toolkit import toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused


@require_safe
@sign_in_first
def index(request: ActorRequest) -> HttpResponse:
    """What waits in the places of this actor, the oldest first."""
    require(request.actor, *RUNNERS)
    rows = waiting_in(access.records_visible_to(request.actor), request.GET.get("after", ""))
    return page(request, "callups/hours/list.html", {"rows": rows, "lines": lines_of(rows.rows)})


@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """One record, and what can be decided about it."""
    return _page(request, access.get_record(request.actor, code))


@require_POST
def confirm(request: ActorRequest, code: str) -> HttpResponse:
    """Until when somebody was there."""
    record = access.get_record(request.actor, code)
    seat, arrived_at = attended(record)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, record, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        attendance.confirm_time(
            seat,
            left_at=form.left_at(arrived_at),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
        )
    except Refused as refused:
        return _refused(request, record, form, refused)
    toasts.add(request, _("Confirmed; the volunteer sees it."))
    return redirect("callups:desk-hours-list")


@require_POST
def approve(request: ActorRequest, code: str) -> HttpResponse:
    """What is beyond the limit counts as well."""
    record = access.get_record(request.actor, code)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, record, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        hours.approve(record, reason=form.cleaned_data["reason"], actor=request.actor)
    except Refused as refused:
        return _refused(request, record, form, refused)
    toasts.add(request, _("Approved; the volunteer sees it."))
    return redirect("callups:desk-hours-list")


@require_POST
def void(request: ActorRequest, code: str) -> HttpResponse:
    """The record is wrong; it stays readable and counts no more."""
    record = access.get_record(request.actor, code)
    form = ReasonForm(request.POST, prefix="void")
    if not form.is_valid():
        return _page(request, record, None, HTTPStatus.UNPROCESSABLE_ENTITY, void_form=form)
    try:
        hours.void(record, reason=form.cleaned_data["reason"], actor=request.actor)
    except Refused as refused:
        form.add_error("reason", refused.message)
        return _page(request, record, None, HTTPStatus.CONFLICT, void_form=form)
    toasts.add(request, _("Void; the volunteer sees it with your reason."))
    return redirect("callups:desk-hours-list")


def _refused(
    request: ActorRequest, record: ServiceRecord, form: ReasonForm, refused: Refused
) -> HttpResponse:
    form.add_error(None, refused.message)
    return _page(request, record, form, HTTPStatus.CONFLICT)


def _page(
    request: ActorRequest,
    record: ServiceRecord,
    form: forms.Form | None = None,
    status: int = HTTPStatus.OK,
    *,
    void_form: ReasonForm | None = None,
) -> HttpResponse:
    waits_for_end = record.state == RecordState.UNCONFIRMED
    context = {
        "record": record,
        "line": lines_of([record])[0],
        "waits_for_end": waits_for_end,
        "waits_for_approval": record.state == RecordState.NEEDS_APPROVAL,
        "arrived_at": attended(record)[1] if waits_for_end else None,
        "form": form or (ConfirmForm() if waits_for_end else ReasonForm()),
        "void_form": void_form or ReasonForm(prefix="void"),
        "may_void": record.state != RecordState.VOID,
    }
    return page(request, "callups/hours/detail.html", context, status=status)
