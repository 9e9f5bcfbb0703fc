"""A simulated person reads a page as a browser does."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def buttons_of(page: str) -> list[tuple[str, str]]:
    return [(button.words, button.label) for form in read(page).forms for button in form.buttons]


LIST = """<ul><li><form method="post" action="/post/K7/check-in/"><input type="hidden" name="seat" value="S1">
<button aria-label="陈秀英 到岗"><svg><title>x</title></svg>到岗</button></form></li>
<li><form method="post" action="/post/K7/check-in/"><input type="hidden" name="seat" value="S2">
<button aria-label="王芳 到岗">到岗</button></form></li></ul>"""


@pytest.mark.parametrize(
    ("naming", "seats"), [("陈秀英", ["S1"]), ("王芳", ["S2"]), ("", ["S1", "S2"]), ("李雷", [])]
)
def test_one_of_many_like_forms_is_found_by_the_name_on_its_button(naming: str, seats: list[str]) -> None:
    found = read(LIST).forms_to("/check-in/", naming=naming)

    assert [form.fields["seat"] for form in found] == [[seat] for seat in seats]


def test_words_of_a_button_are_those_that_are_read_and_not_those_of_its_picture() -> None:
    assert buttons_of(LIST) == [("到岗", "陈秀英 到岗"), ("到岗", "王芳 到岗")]


def test_form_of_the_page_itself_is_the_first_without_an_address() -> None:
    page = read(
        '<form action="/else/"></form><form method="post"><input name="a" value="1"></form><form></form>'
    )

    assert page.form_here().fields == {"a": ["1"]}
    with pytest.raises(NoSuchForm, match="no form to the page itself"):
        read('<form action="/else/"></form>').form_here()


@pytest.mark.parametrize(
    ("html", "fields"),
    [
        ("<form><select name=a><option>x</option></select></form>", {"a": [""]}),
        (
            "<form><select name=a multiple><option value=1 selected><option value=2 selected></select></form>",
            {"a": ["1", "2"]},
        ),
        ("<form><select name=a></select></form>", {"a": []}),
        ("<form><textarea name=a>\n\n two</textarea></form>", {"a": ["\n two"]}),
        ("<form><input type=checkbox name=a checked></form>", {"a": ["on"]}),
        ("<form><input type=submit name=a value=b></form>", {}),
        ("<form><input name=a value=1><input name=a value=2></form>", {"a": ["1", "2"]}),
        ("<form><input name=a></form><input name=b>", {"a": [""]}),
        ("<form><fieldset><input name=a value='&lt;&#39;陈'></fieldset></form>", {"a": ["<'陈"]}),
    ],
    ids=[
        "an option without a value",
        "several chosen",
        "nothing to choose",
        "only the first line break is dropped",
        "a bare checkbox",
        "a submit button adds nothing by itself",
        "the same name twice",
        "outside of the form",
        "entities",
    ],
)
def test_odd_controls_hold_what_a_browser_sends(html: str, fields: dict[str, list[str]]) -> None:
    assert read(html).forms[0].fields == fields


@given(st.text(max_size=200))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    page = read(f"<p>{text}</p><form action='/a/'><input name='b' value='c'></form>")

    assert all(isinstance(form.action, str) for form in page.forms)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60))
def test_what_a_page_holds_comes_back_as_it_was(value: str) -> None:
    page = read(f'<form><input name="a" value="{escape(value)}"></form>')

    assert page.form().fields == {"a": [value]}
