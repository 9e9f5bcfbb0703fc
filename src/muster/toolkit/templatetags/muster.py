"""Template tags that know nothing of the domain: icons, states, funnels, times. `{% load muster %}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import segno
from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from muster.toolkit import clock, icons, marks, toasts
from muster.toolkit.actor import SYSTEM

register = template.Library()


def _draw(context: Context, name: str, css: str = "") -> SafeString:
    """One icon; its symbol is noted on the request, so that a lean page carries only the symbols it shows."""
    if name not in icons.symbols():
        raise template.TemplateSyntaxError(
            f"No icon {name!r} in the sprite: python tools/icons.py add {name}"
        )
    request = getattr(context, "request", None)
    if request is not None:
        request.__dict__.setdefault("icons_drawn", set()).add(name)
    # Names come from the sprite and css from templates; escaping here would cost each row of a long list.
    return mark_safe(  # noqa: S308 - both parts are ours, see above
        f'<svg class="icon{" " + css if css else ""}" aria-hidden="true"><use href="#i-{name}"/></svg>'
    )


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, css: str = "") -> SafeString:
    """An icon beside its word; it is hidden from screen readers, so the word must be there."""
    return _draw(context, name, css)


@register.simple_tag(takes_context=True)
def sprite(context: Context, scope: str = "drawn") -> SafeString:
    """The symbols that this page has drawn, or "all" where fragments may bring any. Last thing in the body."""
    known = icons.symbols()
    request = getattr(context, "request", None)
    drawn: set[str] = getattr(request, "icons_drawn", set())
    names = sorted(drawn if scope == "drawn" else known)
    return mark_safe(  # noqa: S308 - the checked-in sprite, no input
        '<svg class="sprite" aria-hidden="true"><defs><pattern id="hatch" width="7" height="7" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="fhatch" x1="0" y1="0" x2="0" y2="7"/>'
        f"</pattern></defs>{''.join(known[name] for name in names)}</svg>"
    )


@register.simple_tag(takes_context=True)
def state(context: Context, kind: str, label: str = "", css: str = "") -> SafeString:
    """A state badge: icon, word and color. `label` replaces the usual word of the kind."""
    name, word = marks.STATES[kind]
    return format_html(
        '<span class="st st-{}{}">{}{}</span>',
        kind,
        f" {css}" if css else "",
        _draw(context, name),
        label or word,
    )


@register.simple_tag
def level(number: int | None) -> SafeString:
    """The response level as numeral, signal bars and color; nothing where no response is on."""
    if not number:
        return SafeString("")
    lit = '<b class="on"></b>' * (5 - number) + "<b></b>" * (number - 1)
    return format_html(
        '<span class="lvl lvl-{}"><i aria-hidden="true">{}</i>{}<span class="sr">{}</span></span>',
        number,
        mark_safe(lit),  # noqa: S308 - no input
        _("Level %(numeral)s response") % {"numeral": marks.NUMERALS[number]},
        _("(%(color)s)") % {"color": marks.LEVEL_COLORS[number]},
    )


@register.simple_tag
def seats(arrived: int, accepted: int, named: int, gap: int) -> SafeString:
    """One mark for each seat. The four counts do not overlap: their sum is the number of seats."""
    total = arrived + accepted + named + gap
    words = _(
        "%(total)s seats: %(arrived)s arrived, %(accepted)s accepted, %(named)s named, %(gap)s short"
    ) % {
        "total": total,
        "arrived": arrived,
        "accepted": accepted,
        "named": named,
        "gap": gap,
    }
    if total > marks.MOST_SEAT_MARKS:
        held = arrived + accepted + named
        return _fill_bar(marks.fill(total, held, held, arrived + accepted, arrived), words, "fbar-s")
    drawn = "".join(
        f'<i class="{css}"></i>' * count
        for css, count in zip("acng", (arrived, accepted, named, gap), strict=True)
    )
    return format_html('<span class="seats" role="img" aria-label="{}">{}</span>', words, mark_safe(drawn))  # noqa: S308 - no input


def _fill_bar(drawn: tuple[list[marks.Bar], str], words: str, css: str) -> SafeString:
    bars, need = drawn
    return format_html(
        '<svg class="fbar {}" role="img" aria-label="{}">{}{}</svg>',
        css,
        words,
        format_html_join(
            "",
            '<rect class="{}" x="{}" width="{}" height="100%"/>',
            ((bar.css, bar.start, bar.width) for bar in bars),
        ),
        format_html('<line class="fneed" x1="{0}" x2="{0}" y1="0" y2="100%"/>', need) if need else "",
    )


@register.simple_tag
def fill_bar(  # noqa: PLR0917 - template tags are called by position
    needed: int, pledged: int, named: int, accepted: int, arrived: int, css: str = ""
) -> SafeString:
    """The funnel as one bar: each step lies within the one before it, the line marks the need, the hatch is missing."""
    words = _(
        "Needed %(needed)s, pledged %(pledged)s, named %(named)s, accepted %(accepted)s, arrived %(arrived)s"
    ) % {"needed": needed, "pledged": pledged, "named": named, "accepted": accepted, "arrived": arrived}
    return _fill_bar(marks.fill(needed, pledged, named, accepted, arrived), words, css)


@register.inclusion_tag("components/_funnel.html")
def funnel(counts: Any, notes: Mapping[str, str] | None = None, size: str = "") -> dict[str, object]:
    """Six figures and their bar. `counts` has needed, pledged, named, accepted and arrived, as attributes or as keys.

    `notes` puts a few words under a figure, by the same names and "gap". `size` is "large" for a page of its own.
    """

    def of(name: str) -> int:
        return int(counts[name] if isinstance(counts, Mapping) else getattr(counts, name))

    words = {
        "needed": pgettext("funnel", "Needed"),
        "pledged": pgettext("funnel", "Pledged"),
        "named": pgettext("funnel", "Named"),
        "accepted": pgettext("funnel", "Accepted"),
        "arrived": pgettext("funnel", "Arrived"),
        "gap": pgettext("funnel", "Short"),
    }
    figures = {name: of(name) for name in words if name != "gap"}
    figures["gap"] = max(0, figures["needed"] - figures["accepted"])
    steps = [
        {"css": f"k{place}", "word": words[name], "count": count, "note": (notes or {}).get(name, "")}
        for place, (name, count) in enumerate(figures.items())
    ]
    if not figures["gap"]:
        steps[-1]["css"] = "k5 full"  # nothing is short: no color that warns
    return {"steps": steps, "figures": figures, "large": size == "large"}


@register.simple_tag
def spark(values: Sequence[float], target: float | None = None) -> SafeString:
    """A trend of a few values with its target as a dashed line."""
    line, height, last = marks.trend(values, target)
    if last is None:
        return SafeString("")
    words = _("Last %(count)s: %(first)s to %(last)s") % {
        "count": len(values),
        "first": values[0],
        "last": values[-1],
    }
    return format_html(
        '<svg class="spark" viewBox="0 0 96 28" role="img" aria-label="{}">{}<polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2.5"/></svg>',
        words,
        format_html('<line x1="0" x2="96" y1="{0}" y2="{0}"/>', height) if height else "",
        line,
        *last,
    )


@register.simple_tag
def progress(done: int, total: int, label: str) -> SafeString:
    """A bar of work done. The label is its name for those who do not see it."""
    return format_html(
        '<svg class="fbar fbar-s" role="progressbar" aria-label="{}" aria-valuemin="0" aria-valuemax="{}" '
        'aria-valuenow="{}"><rect class="f3" width="{}" height="100%"/></svg>',
        label,
        total,
        done,
        marks.percent(done, total),
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as inline SVG, black on white in both themes, as scanners need it."""
    named = str(format_html('<svg role="img" aria-label="{}" ', label))
    return mark_safe(_drawn(text).replace("<svg ", named, 1))  # noqa: S308 - segno draws paths only


# Drawing tries eight masks over the whole code, which is half the time of the pages that show one again and again.
@lru_cache(maxsize=512)
def _drawn(text: str) -> str:
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(svgclass="qr", lineclass="", border=2, omitsize=True)


@register.inclusion_tag("components/_field.html")
def field(bound: Any, label: str = "") -> dict[str, object]:
    """A form field whole: label, control, help and error, tied together for assistive technology."""
    kind = getattr(bound.field.widget, "input_type", "textarea")
    choice = bound.widget_type in {"radioselect", "checkboxselectmultiple"}
    css = (
        "form-select"
        if kind == "select"
        else ""
        if kind in {"checkbox", "radio", "hidden", "file"}
        else "form-control"
    )
    # The tag's class would replace the widget's own.
    css = " ".join(filter(None, [css, bound.field.widget.attrs.get("class", "")]))
    if bound.errors and css:
        css += " is-invalid"
    return {
        "field": bound,
        "label": label or bound.label,
        "kind": "choice" if choice else kind,
        "control": bound if choice else bound.as_widget(attrs={"class": css} if css else None),
    }


@register.inclusion_tag("components/_chips.html")
def chips(
    bound: Any,
    icons_by_value: Mapping[str, str] | None = None,
    details: Mapping[str, str] | None = None,
    count: str = "",
) -> dict[str, object]:
    """The choices of a radio or checkbox field as chips. `count` names a counter on the page (js/counters.js)."""
    options = [
        {
            "kind": choice.data["type"],
            "name": choice.data["name"],
            "value": choice.data["value"],
            "id": choice.data["attrs"].get("id", ""),
            "checked": choice.data["selected"],
            "label": choice.data["label"],
            "icon": (icons_by_value or {}).get(str(choice.data["value"]), ""),
            "detail": (details or {}).get(str(choice.data["value"]), ""),
        }
        for choice in bound
    ]
    return {"options": options, "count": count}


@register.inclusion_tag("components/_form_errors.html")
def form_errors(form: Any) -> dict[str, object]:
    """The summary over a form that came back (422): how many places, each a link to its field. Takes the focus."""
    wrong = [bound for bound in form if bound.errors] if form.is_bound else []
    # A group of choices has no label of its own to jump to: its first choice is.
    fields = [{"label": bound.label, "target": bound.id_for_label or f"{bound.auto_id}_0"} for bound in wrong]
    return {"fields": fields, "general": form.non_field_errors() if form.is_bound else []}


@register.inclusion_tag("components/_stepper.html")
def stepper(  # noqa: PLR0917 - template tags are called by position
    name: str, value: int, label: str, low: int = 0, high: int = 99, total: str = ""
) -> dict[str, object]:
    """A number with minus and plus. `total` names a counter on the page that sums its fellows (js/counters.js)."""
    return {
        "name": name,
        "value": value,
        "label": label,
        "low": low,
        "high": high,
        "total": total,
    }


@register.inclusion_tag("components/_pager.html", takes_context=True)
def pager(context: Context, page: Any) -> dict[str, object]:
    """First and next page of a long list (toolkit/paging.py); the other parameters of the address are kept."""
    request = getattr(context, "request", None)
    first = following = ""
    if request is not None:
        query = request.GET.copy()
        query.pop("after", None)
        # With the path: a list may stand as a fragment in a page of another address.
        first = f"{request.path}?{query.urlencode()}"
        query["after"] = page.next_cursor or ""
        following = f"{request.path}?{query.urlencode()}"
    return {"page": page, "first": first, "following": following}


@register.simple_block_tag(takes_context=True)
def note(context: Context, content: str, kind: str = "info", css: str = "") -> SafeString:
    """A note with its icon: {% note "warn" %}<b>What happened.</b> <div class="t2">Next step.</div>{% endnote %}."""
    return format_html(
        '<div class="note note-{}{}">{}<div>{}</div></div>',
        kind,
        f" {css}" if css else "",
        _draw(context, marks.NOTES[kind]),
        mark_safe(content),  # noqa: S308 - the body of the tag, escaped where it was written
    )


@register.simple_tag(takes_context=True, name="toasts")
def pending_toasts(context: Context) -> list[toasts.Toast]:
    """The toasts that the last deed left, once: {% toasts as pending %}."""
    request = getattr(context, "request", None)
    return toasts.take(request) if request is not None else []


@register.simple_tag
def countdown(at: datetime) -> SafeString:
    """How long still, counted on by js/countdown.js: <time>in 18 min</time>."""
    return format_html(
        '<time datetime="{}" data-countdown data-in="{}" data-hours="{}" data-minutes="{}" data-now="{}">{}</time>',
        at.isoformat(),
        _("in %(length)s") % {"length": "{}"},
        _("%(hours)s h %(minutes)s min") % {"hours": "{h}", "minutes": "{m}"},
        _("%(minutes)s min") % {"minutes": "{m}"},
        _("now"),
        clock.relative(at, timezone.now()),
    )


@register.simple_tag
def today_words() -> str:
    """4月16日 周六."""
    return clock.date_words(timezone.now())


@register.filter(name="clock")
def clock_face(at: datetime) -> str:
    """06:05."""
    return clock.face(at)


@register.filter
def day(at: datetime) -> str:
    """today, tomorrow, April 16."""
    return clock.day(at, timezone.now())


@register.filter
def day_words(at: datetime) -> str:
    """this morning, tomorrow afternoon."""
    return clock.day_words(at, timezone.now())


@register.filter
def date_words(at: datetime) -> str:
    """4月16日 周六."""
    return clock.date_words(at)


@register.filter
def when(at: datetime) -> str:
    """tomorrow 06:00."""
    return clock.when(at, timezone.now())


@register.filter
def until(start: datetime, end: datetime) -> str:
    """06:00–12:00, as {{ shift.starts_at|until:shift.ends_at }}."""
    return clock.span(start, end)


@register.filter
def who(label: str) -> str:
    """The label of an actor as a person reads it: what nobody did, Muster did by itself."""
    return _("Muster, by itself") if label == SYSTEM.label else label


@register.filter
def relative(at: datetime) -> str:
    """in 18 min, 2 h ago."""
    return clock.relative(at, timezone.now())


@register.filter
def duration(minutes: int) -> str:
    """6 h 30 min."""
    return clock.length(timedelta(minutes=minutes))


@register.filter
def hours(minutes: int) -> str:
    """86.5."""
    return clock.hours(minutes)
