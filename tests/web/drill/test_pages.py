"""A simulated person reads a page as a browser does."""

import pytest

from muster.web.drill.pages import NoSuchForm, read

PAGE = """
<html><head><script>var a = "<form action='/no/'>"</script><style>b{}</style></head><body>
<a href="/first/">One</a><a href="/first/">again</a><a>nowhere</a>
<form method="POST" action="/answer/?a=1&amp;b=2">
  <input type="hidden" name="csrfmiddlewaretoken" value="T&amp;T">
  <input name="name" value="陈秀英"><input type="number" name="seats" value="6"><input value="nameless">
  <input type="checkbox" name="units" value="A" checked><input type="checkbox" name="units" value="B">
  <input type="checkbox" name="units" value="C" checked><input type="checkbox" name="is_drill">
  <input type="radio" name="mode" value="routine"><input type="radio" name="mode" value="emergency" checked>
  <select name="day"><option value="1">one</option><option value="2" selected>two</option></select>
  <select name="leader"><option value="">later</option><option value="K">K</option></select>
  <select name="many" multiple><option value="x">x</option></select>
  <textarea name="risk">
Wear &lt;masks&gt;</textarea>
  <input name="locked" value="no" disabled>
  <button name="answer" value="yes"><svg><path d="M0"/></svg>我能<b>来</b></button>
  <button name="answer" value="no-work">要上班</button>
</form>
<form action="/search/"><input name="q"></form>
<p>你好，  世界</p></body></html>
"""


def test_fields_are_what_a_browser_would_send() -> None:
    form = read(PAGE).form("/answer/")

    assert (form.action, form.method) == ("/answer/?a=1&b=2", "post")
    assert form.fields == {
        "csrfmiddlewaretoken": ["T&T"],
        "name": ["陈秀英"],
        "seats": ["6"],
        "units": ["A", "C"],
        "is_drill": [],
        "mode": ["emergency"],
        "day": ["2"],
        "leader": [""],
        "many": [],
        "risk": ["Wear <masks>"],
    }


def test_buttons_say_what_they_add() -> None:
    form = read(PAGE).form("/answer/")

    assert [(button.name, button.value, button.words) for button in form.buttons] == [
        ("answer", "yes", "我能 来"),
        ("answer", "no-work", "要上班"),
    ]


def test_filling_in_changes_only_what_is_named() -> None:
    form = read(PAGE).form("/answer/")

    filled = form.filled({"is_drill": "on", "units": ["B"], "seats": "2"})

    assert (filled["is_drill"], filled["units"], filled["seats"]) == (["on"], ["B"], ["2"])
    assert filled["name"] == ["陈秀英"]
    assert form.fields["seats"] == ["6"]


def test_forms_are_found_by_address_and_by_what_they_hold() -> None:
    page = read(PAGE)

    assert page.form(holding="q").action == "/search/"
    assert page.form(holding="answer").action.startswith("/answer/")
    with pytest.raises(NoSuchForm, match="no form to '/sign-in/'"):
        page.form("/sign-in/")


def test_links_and_words() -> None:
    page = read(PAGE)

    assert page.links_to("/first/") == ["/first/"]
    assert page.links_to("/none/") == []
    assert "你好， 世界" in page.text
    assert "var a" not in page.text
    assert len(page.forms) == 2
