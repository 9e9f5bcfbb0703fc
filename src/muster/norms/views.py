"""The numbers of the norms with their basis, and the mode of a place."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from muster.norms import access, queries
from muster.norms.actions import modes, settings
from muster.norms.enums import Basis
from muster.norms.forms import ModeForm, SettingForm
from muster.norms.rules import Figure, Value, figure, source_words
from muster.territory.queries import names_of
from muster.toolkit import pages, toasts
from muster.toolkit.refusal import Refused
from muster.toolkit.requests import ActorRequest, sign_in_first


@dataclass(frozen=True)
class Line:
    """One number as the page shows it."""

    norm: queries.Norm
    value: Value
    label: str
    figure: Figure
    basis: str
    place: str
    source: str

    @property
    def changed(self) -> bool:
        return bool(self.value.changed_by_label)


@require_GET
@sign_in_first
def setting_list(request: ActorRequest) -> HttpResponse:
    """Every number as it counts in a place: value, unit, basis, source, and who changed it."""
    place = access.get_place(request.actor, request.GET.get("place", ""), *access.READERS)
    values = [queries.effective(key, place) for key in queries.norms()]
    names = names_of([place, *(value.division_code for value in values if value.division_code)])
    lines = [_line(value, names) for value in values]
    groups = [(group, list(found)) for group, found in groupby(lines, key=lambda line: line.norm.group)]
    context = {
        "groups": groups,
        "place": place,
        "place_name": names.get(place, str(place)),
        "places": sorted(names_of(access.places(request.actor, *access.READERS)).items()),
        "changed": sum(line.changed for line in lines),
        "may_set": request.actor.has(*access.SETTERS, division_code=place),
    }
    return pages.page(request, "norms/desk/settings.html", context)


@require_http_methods(["GET", "POST"])
@sign_in_first
def setting_change(request: ActorRequest, key: str) -> HttpResponse:
    """One number for a place: the form, and the change with its reason."""
    place = access.get_place(request.actor, request.GET.get("place", ""), *access.SETTERS)
    if key not in queries.norms():
        raise Http404
    value = queries.effective(key, place)
    form = SettingForm(
        request.POST if request.method == "POST" else None,
        unit=value.unit,
        value=value.value,
        on=timezone.localdate(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            settings.change(key, **form.cleaned_data, division_code=place, actor=request.actor)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            toasts.add(request, _("The number counts from the day you chose."))
            return HttpResponseRedirect(f"{reverse('norms:desk-setting-list')}?place={place}")
    names = names_of([place, *([value.division_code] if value.division_code else [])])
    context = {
        "line": _line(value, names),
        "form": form,
        "place": place,
        "place_name": names.get(place, str(place)),
    }
    status = 422 if form.errors else 200
    return pages.page(request, "norms/desk/setting.html", context, status=status)


@require_http_methods(["GET", "POST"])
@sign_in_first
def mode_switch(request: ActorRequest) -> HttpResponse:
    """The mode of a place, how it came to it, and the switch."""
    place = access.get_place(request.actor, request.GET.get("place", ""), *access.SWITCHERS)
    form = ModeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            modes.switch(place, **form.cleaned_data, actor=request.actor)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            toasts.add(request, _("The mode has been switched."))
            return HttpResponseRedirect(f"{reverse('norms:desk-mode-switch')}?place={place}")
    switches = queries.switches_of(place)
    names = names_of([place, *(row.division_code for row in switches)])
    context = {
        "now": queries.mode_of(place),
        "switches": [(row, names.get(row.division_code, str(row.division_code))) for row in switches],
        "form": form,
        "place": place,
        "place_name": names.get(place, str(place)),
        "places": sorted(names_of(access.places(request.actor, *access.SWITCHERS)).items()),
        "may_declare": request.actor.has(*modes.DECLARERS, division_code=place),
    }
    return pages.page(request, "norms/desk/mode.html", context, status=422 if form.errors else 200)


def _line(value: Value, names: dict[int, str]) -> Line:
    norm = queries.norms()[value.key]
    label = norm.zh if (get_language() or "").startswith("zh") else norm.en
    place = names.get(value.division_code, "") if value.division_code else ""
    # Who changes a number says why in their own words; those stay as they are.
    source = value.source if value.changed_by_label else source_words(value.source)
    shown = figure(value.value, value.unit)
    return Line(norm, value, label, shown, str(Basis(value.basis).label), place, source)
