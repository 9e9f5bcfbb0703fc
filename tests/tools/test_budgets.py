"""What the content security policy would block is found before a browser finds it."""

from pathlib import Path

import pytest

from tools import budgets


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<p style="color: red">', "style attribute"),
        ("<p\n  STYLE=x>", "style attribute"),
        ('<a onclick="go()">', "event attribute"),
        ("<style>p {}</style>", "style element"),
        ("<script>go()</script>", "script with a body"),
        ('<a href="javascript:go()">', "javascript: address"),
    ],
)
def test_inline_is_found_with_its_line(templates: Path, html: str, what: str) -> None:
    (templates / "page.html").write_text(f"<main>\n{html}")

    assert list(budgets.inline(templates)) == [f"page.html:2: {what}"]


@pytest.mark.parametrize(
    "html",
    [
        '<script src="/static/js/attach.js" defer></script>',
        '<link rel="stylesheet" href="x.css">',
        "{# <style> was here #}",
        "{% comment %}<p style='x'>{% endcomment %}",
        '<p class="style" data-onclick="x" title="one style">',
        '<script type="application/json">{}</script>',
    ],
)
def test_what_the_policy_allows_is_left_alone(templates: Path, html: str) -> None:
    (templates / "page.html").write_text(html)

    assert list(budgets.inline(templates)) == []


def test_long_file_is_named_with_its_budget(tmp_path: Path) -> None:
    for name, lines in {"src/a.py": 401, "src/b.py": 400, "src/app/migrations/0001_initial.py": 900}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n" * lines)
    (tmp_path / "src/static/js").mkdir(parents=True)
    (tmp_path / "src/static/js/queue.js").write_text("x\n" * 151)

    assert list(budgets.too_long(tmp_path)) == [
        "src/a.py: 401 lines, the budget is 400",
        "src/static/js/queue.js: 151 lines, the budget is 150",
    ]


def test_empty_lines_and_migrations_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.py").write_text("x\n")
    (tmp_path / "a.py").write_text("one\n\n  \ntwo\n")

    assert budgets.lines_of(tmp_path, "*.py") == 2
