"""A string without a translation is found wherever it stands; a translation that would break a page is too."""

from pathlib import Path

import pytest
from django.utils import translation

from tools import messages


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "SOURCE", tmp_path / "src")
    for folder in ("src/muster", "src/templates", "src/locale/parts/zh_Hans"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def _code(tree: Path, text: str) -> None:
    (tree / "src" / "muster" / "deed.py").write_text(text)


def _page(tree: Path, text: str) -> None:
    (tree / "src" / "templates" / "page.html").write_text(text)


def _part(tree: Path, text: str, name: str = "callups") -> None:
    (tree / "src" / "locale" / "parts" / "zh_Hans" / f"{name}.po").write_text(text)


def test_strings_of_code_are_found(tree: Path) -> None:
    _code(
        tree,
        '_("Come")\ngettext("Go")\nngettext("%(n)d seat", "%(n)d seats", n)\npgettext("a verb", "Call")\n'
        'translation.gettext_lazy("Later")\nprint("Not this")\ngettext(variable)\n',
    )

    assert {(one.context, one.singular, one.plural) for one in messages.used()} == {
        ("", "Come", ""),
        ("", "Go", ""),
        ("", "%(n)d seat", "%(n)d seats"),
        ("a verb", "Call", ""),
        ("", "Later", ""),
    }


def test_strings_of_templates_are_found(tree: Path) -> None:
    _page(
        tree,
        '{% load i18n %}\n{% translate "It\'s here" %}\n{% trans "Post" context "a place" %}\n'
        '{{ name|default:_("nobody") }}\n'
        "{% blocktranslate count n=n trimmed %}\n  {{ n }} person\n{% plural %}\n  {{ n }} people\n{% endblocktranslate %}",
    )

    assert {
        (one.context, one.singular, one.plural, one.place.rpartition(":")[2]) for one in messages.used()
    } == {
        ("", "It's here", "", "2"),
        ("a place", "Post", "", "3"),
        ("", "nobody", "", "4"),
        ("", "%(n)s person", "%(n)s people", "5"),
    }


def test_string_that_is_put_together_is_refused(tree: Path) -> None:
    _code(tree, '_(f"{count} seats")')

    with pytest.raises(SystemExit, match=r"deed\.py:1"):
        messages.used()


def test_check_passes_when_all_is_translated(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _code(tree, '_("Come")')
    _part(tree, 'msgid "Come"\nmsgstr "来"\n')

    assert messages.main("check") == 0
    assert capsys.readouterr().out == "zh_Hans: 1 of 1 strings translated.\n"


@pytest.mark.parametrize("part", ["", 'msgid "Come"\nmsgstr ""\n', '#, fuzzy\nmsgid "Come"\nmsgstr "去"\n'])
def test_check_fails_for_a_missing_translation(
    tree: Path, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _code(tree, '_("Come")')
    _part(tree, part)

    assert messages.main("check") == 1
    assert "no translation of 'Come' (src/muster/deed.py:1)" in capsys.readouterr().out


def test_check_fails_when_a_placeholder_is_lost(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _code(tree, '_("%(count)d seats")')
    _part(tree, 'msgid "%(count)d seats"\nmsgstr "%(number)d 个名额"\n')

    assert messages.main("check") == 1
    assert "placeholders differ" in capsys.readouterr().out


def test_check_fails_when_two_parts_disagree(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _code(tree, '_("Come")')
    _part(tree, 'msgid "Come"\nmsgstr "来"\n')
    _part(tree, 'msgid "Come"\nmsgstr "去"\n', name="people")

    assert messages.main("check") == 1
    assert "people.po translates 'Come' differently" in capsys.readouterr().out


def test_missing_prints_entries_that_a_part_can_take(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _code(tree, 'ngettext("%(n)d seat", "%(n)d seats", n)')

    messages.main("missing")
    printed = capsys.readouterr().out
    _part(tree, printed.replace('msgstr[0] ""', 'msgstr[0] "%(n)d 个名额"'))

    assert messages.main("check") == 0


def test_compiled_parts_are_what_pages_say(tree: Path) -> None:
    _part(tree, 'msgid "Come"\nmsgstr "来"\n')
    _part(tree, 'msgctxt "a verb"\nmsgid "Call"\nmsgstr "召集"\n', name="people")

    messages.main("compile")

    catalogue = translation.trans_real.gettext_module.translation(
        "django", tree / "src" / "locale", languages=["zh_Hans"]
    )
    assert catalogue.gettext("Come") == "来"
    assert catalogue.pgettext("a verb", "Call") == "召集"
