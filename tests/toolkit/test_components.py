"""What the tags draw: words for everybody, nothing that the content security policy would block."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone, translation

from muster.toolkit import icons, marks, toasts


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def draw(source: str, **context: object) -> str:
    """The source rendered as part of a page."""
    request = RequestFactory().get("/desk/people/?state=active&after=old")
    # Without processors: whoever is signed in is no matter of a component.
    made = RequestContext(request, context, processors=[])
    return Template("{% load muster %}" + source).render(made)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def text_of(html: str) -> str:
    """What is read aloud, in one line."""
    reader = _Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.said).split())


class SignUp(forms.Form):
    phone = forms.CharField(label="Phone", min_length=11, help_text="11 digits")
    task = forms.ChoiceField(
        label="Task", widget=forms.RadioSelect, choices=[("gate", "Gate"), ("visit", "Visit")]
    )
    tasks = forms.MultipleChoiceField(
        label="Tasks", widget=forms.CheckboxSelectMultiple, choices=[("a", "A"), ("b", "B")], required=False
    )
    drill = forms.BooleanField(label="Drill", required=False)
    day = forms.ChoiceField(label="Day", choices=[("0", "Today")])
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_an_icon_is_hidden_from_those_who_hear_its_word():
    assert draw('{% icon "check" "warn" %}') == (
        '<svg class="icon warn" aria-hidden="true"><use href="#i-check"/></svg>'
    )


def test_an_icon_that_is_not_in_the_sprite_stops_the_page():
    with pytest.raises(TemplateSyntaxError, match=r"tools/icons\.py add unicorn"):
        draw('{% icon "unicorn" %}')


def test_a_lean_page_carries_only_the_symbols_that_it_drew():
    html = draw('{% icon "check" %}{% state "declined" %}{% sprite %}')

    assert re.findall(r'<symbol id="i-([a-z0-9-]+)"', html) == ["check", "x"]


def test_a_page_with_fragments_carries_every_symbol():
    assert draw('{% sprite "all" %}').count("<symbol ") == len(icons.symbols())


@pytest.mark.parametrize("kind", sorted(marks.STATES))
def test_every_state_has_a_word_and_an_icon(kind):
    html = draw("{% state kind %}", kind=kind)

    assert text_of(html) == str(marks.STATES[kind][1])
    assert f'class="st st-{kind}"' in html


def test_a_state_takes_other_words_and_escapes_them():
    assert text_of(draw("{% state 'accepted' label %}", label="<b>On the way</b>")) == "<b>On the way</b>"


def test_a_level_is_numeral_and_bars_and_color_word():
    html = draw("{% level 2 %}")

    assert text_of(html) == "Level Ⅱ response (orange)"
    assert html.count('<b class="on">') == 3
    assert html.count("<b></b>") == 1


@pytest.mark.parametrize("number", [0, None])
def test_no_response_draws_no_level(number):
    assert draw("{% level number %}", number=number) == ""


def test_seats_are_marks_and_a_sentence():
    html = draw("{% seats 3 1 0 2 %}")

    assert [html.count(f'<i class="{css}">') for css in "acng"] == [3, 1, 0, 2]
    assert 'aria-label="6 seats: 3 arrived, 1 accepted, 0 named, 2 short"' in html


def test_more_seats_than_the_eye_counts_become_a_bar():
    html = draw("{% seats 40 10 5 6 %}")

    assert "<i" not in html
    assert 'aria-label="61 seats: 40 arrived, 10 accepted, 5 named, 6 short"' in html


@pytest.mark.parametrize("shape", [dict, SimpleNamespace])
def test_a_funnel_reads_objects_and_mappings(shape):
    counts = shape(needed=40, pledged=46, named=43, accepted=38, arrived=29)

    html = draw("{% funnel counts notes %}", counts=counts, notes={"gap": "south gate"})

    assert text_of(html) == "Needed 40 Pledged 46 Named 43 Accepted 38 Arrived 29 Short 2 south gate"
    assert 'aria-label="Needed 40, pledged 46, named 43, accepted 38, arrived 29"' in html


def test_a_funnel_with_more_than_enough_is_not_short_of_minus_two():
    counts = {"needed": 4, "pledged": 6, "named": 6, "accepted": 6, "arrived": 0}

    assert text_of(draw("{% funnel counts %}", counts=counts)).endswith("Short 0")


@pytest.mark.parametrize("accepted, warns", [(3, True), (4, False), (5, False)])
def test_a_funnel_warns_only_of_what_is_short(accepted, warns):
    counts = {"needed": 4, "pledged": 6, "named": 6, "accepted": accepted, "arrived": 0}

    html = draw("{% funnel counts %}", counts=counts)

    assert ('class="k5"' in html) == warns
    assert ('class="k5 full"' in html) != warns


def test_progress_and_trend_have_names():
    progress = draw('{% progress 50 200 "Rows" %}')

    assert (
        'role="progressbar" aria-label="Rows" aria-valuemin="0" aria-valuemax="200" aria-valuenow="50"'
        in progress
    )
    assert 'width="25%"' in progress
    assert 'aria-label="Last 3: 70 to 90"' in draw("{% spark values 80 %}", values=[70, 80, 90])
    assert draw("{% spark values %}", values=[]) == ""


def test_a_code_for_scanners_is_a_named_picture_without_style():
    html = draw('{% qr "http://127.0.0.1/my/x" "Check-in code" %}')

    assert html.startswith('<svg role="img" aria-label="Check-in code" ')
    assert "style" not in html


def test_a_field_ties_label_help_and_error_to_its_control():
    html = draw("{% field form.phone %}", form=SignUp({"phone": "138"}))

    assert '<label class="form-label" for="id_phone">Phone</label>' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control is-invalid"' in html
    assert '<span class="form-hint" id="id_phone_helptext">11 digits</span>' in html
    assert '<div id="id_phone_error"><p class="err">' in html


def test_a_fresh_field_has_no_error():
    html = draw("{% field form.phone %}", form=SignUp())

    assert "is-invalid" not in html
    assert "_error" not in html


def test_choices_are_chips_in_a_named_group():
    html = draw("{% field form.task %}", form=SignUp({"task": "visit"}))

    assert '<legend class="form-label">Task</legend>' in html
    assert 'type="radio" name="task" value="visit" id="id_task_1" checked>' in html
    assert 'value="gate" id="id_task_0">' in html


def test_chips_take_icons_details_and_a_counter():
    html = draw(
        '{% chips form.tasks icons details count="units" %}',
        form=SignUp(),
        icons={"a": "scan"},
        details={"b": "12"},
    )

    assert html.count('data-count="units"') == 2
    assert html.count("#i-scan") == 1
    assert html.count('<span class="t2">12</span>') == 1


@pytest.mark.parametrize(
    "name, expected",
    [
        ("drill", '<label class="ck" for="id_drill">'),
        ("day", 'class="form-select"'),
        ("secret", '<input type="hidden" name="secret" id="id_secret">'),
    ],
)
def test_each_kind_of_control_has_its_form(name, expected):
    assert expected in draw("{% field bound %}", bound=SignUp()[name])


def test_the_summary_counts_and_links_to_what_is_wrong():
    html = draw("{% form_errors form %}", form=SignUp({"phone": "138", "day": "0"}))

    assert text_of(html) == "2 places to change Phone Task"
    assert '<a href="#id_phone">Phone</a>' in html
    assert '<a href="#id_task_0">Task</a>' in html
    assert 'role="alert" tabindex="-1" autofocus' in html


@pytest.mark.parametrize("given", [None, {"phone": "13812341234", "task": "gate", "day": "0"}])
def test_a_fresh_and_a_good_form_have_no_summary(given):
    assert text_of(draw("{% form_errors form %}", form=SignUp(given))) == ""


def test_a_stepper_is_a_number_field_with_two_named_buttons():
    html = draw('{% stepper "north" 8 "North gate" high=12 total="seats" %}')

    assert (
        'name="north" id="id_north" value="8" min="0" max="12" aria-label="North gate" data-sum="seats"'
        in html
    )
    assert 'aria-label="North gate, one less"' in html
    assert 'aria-label="North gate, one more"' in html


def test_a_note_keeps_the_escaping_of_its_body():
    html = draw("{% note 'warn' %}<b>{{ name }}</b>{% endnote %}", name="<script>")

    assert '<div class="note note-warn">' in html
    assert "<b>&lt;script&gt;</b>" in html


def test_the_pager_keeps_the_filter_and_drops_the_old_cursor():
    html = draw("{% pager page %}", page=SimpleNamespace(first=False, next_cursor="NEW"))

    assert 'href="/desk/people/?state=active"' in html
    assert 'href="/desk/people/?state=active&amp;after=NEW" rel="next"' in html


def test_a_single_page_has_no_pager():
    assert draw("{% pager page %}", page=SimpleNamespace(first=True, next_cursor=None)).strip() == ""


def test_a_countdown_says_its_words_to_the_script():
    at = timezone.now() + timedelta(minutes=18, seconds=30)

    html = draw("{% countdown at %}", at=at)

    assert text_of(html) == "in 18 min"
    assert 'data-in="in {}"' in html
    assert f'datetime="{at.isoformat()}"' in html


def test_filters_say_times_in_templates():
    at = timezone.now()
    face = f"{timezone.localtime(at):%H:%M}"

    assert (
        draw("{{ at|day }} {{ at|clock }} {{ at|relative }} {{ at|when }}", at=at)
        == f"today {face} now today {face}"
    )
    assert draw("{{ at|until:at }}", at=at) == f"{face}–{face}"
    assert draw("{{ minutes|duration }}, {{ minutes|hours }}", minutes=390) == "6 h 30 min, 6.5"
    assert draw("{{ at|date_words }}", at=at).startswith(f"{timezone.localtime(at):%B}")
    assert draw("{{ at|day_words }}", at=at + timedelta(days=30)) != ""


def test_a_fragment_outside_a_request_draws_all_the_same():
    html = Template('{% load muster %}{% icon "check" %}{% sprite "all" %}').render(Context())

    assert html.count("#i-check") == 1


THING = {"icon": "mask", "name": "Masks", "detail": ""}
ACT = {"label": "Ask 2 more", "url": "#a", "primary": True}
TODO = {"icon": "alert-triangle", "tone": "warn", "title": "Short of 2", "text": "in 18 min", "acts": [ACT]}
FACT = {"icon": "map-pin", "title": "North gate", "text": "", "url": "#map", "action": "Route"}
REASON = {"icon": "map-pin", "text": "320 m", "detail": "4 min on foot"}


@pytest.mark.parametrize(
    "include, given, expected",
    [
        ("_kit.html' with things=given", [THING], "Masks"),
        ("_todo.html' with items=given", [TODO], "Short of 2 in 18 min Ask 2 more"),
        ("_facts.html' with facts=given", [FACT], "North gate Route"),
        ("_why.html' with title='Why' reasons=given", [REASON], "Why 320 m 4 min on foot"),
        ("_empty.html' with art='door' title=given text='Try again'", "Nobody", "Nobody Try again"),
        ("_note.html' with kind='bad' title=given", "No", "No"),
        ("_dock.html' with url='/x' label=given icon='check'", "Go", "Go"),
    ],
)
def test_partials_say_what_they_are_given(include, given, expected):
    assert text_of(draw("{% include 'components/" + include + " only %}", given=given)) == expected


def test_the_log_marks_what_needs_an_eye_and_escapes_words():
    entry = SimpleNamespace(at=timezone.now(), text="<i>He Li</i> arrived", hot=True)

    html = draw('{% include "components/_log.html" with entries=entries only %}', entries=[entry])

    assert html.count('<li class="hot">') == 1
    assert "&lt;i&gt;He Li&lt;/i&gt; arrived" in html


def test_toasts_are_shown_once(rf):
    request = rf.get("/")
    request.session = {}

    toasts.add(request, "Told 22 people.", undo_url="/undo", seconds=120)

    assert toasts.take(request) == [toasts.Toast("Told 22 people.", "ok", "/undo", 120)]
    assert toasts.take(request) == []


def test_a_request_without_a_session_has_no_toasts(rf):
    assert toasts.take(rf.get("/")) == []
