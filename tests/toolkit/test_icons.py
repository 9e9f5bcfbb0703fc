"""The sprite and the tool that keeps it."""

import pytest

from muster.toolkit import icons as sprite
from tools import icons as tool

OUTLINE = """<!--
category: Map
-->
<svg
  xmlns="http://www.w3.org/2000/svg"
  width="24"
>
  <path stroke="none" d="M0 0h24v24H0z"/>
  <path d="M9 11a3 3 0 1 0 6 0" />
</svg>
"""


@pytest.fixture
def ground(tmp_path, monkeypatch):
    """A tree of its own with one outline, one template and an empty sprite."""
    outlines = tmp_path / "outlines"
    outlines.mkdir()
    (outlines / "map-pin.svg").write_text(OUTLINE)
    (outlines / "bus.svg").write_text(OUTLINE)
    templates = tmp_path / "src/templates"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text('{% icon "map-pin" %}')
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "SPRITE", tmp_path / "icons.svg")
    monkeypatch.setattr(tool, "OUTLINES", outlines)
    monkeypatch.setattr(tool.symbol, "__defaults__", (outlines,))
    return tmp_path


def test_an_outline_becomes_a_symbol_without_frame_and_comment(ground):
    assert tool.main(["add", "map-pin"]) == 0

    assert tool.read() == {
        "map-pin": '<symbol id="i-map-pin" viewBox="0 0 24 24"><path d="M9 11a3 3 0 1 0 6 0" /></symbol>'
    }


def test_an_unknown_outline_is_named_and_nothing_is_written(ground, capsys):
    assert tool.main(["add", "map-pin", "unicorn"]) == 1

    assert "unicorn" in capsys.readouterr().err
    assert tool.read() == {}


def test_pruning_takes_out_what_nobody_names(ground, capsys):
    tool.main(["add", "map-pin", "bus"])

    assert tool.main(["unused"]) == 0
    assert capsys.readouterr().out == "bus\n"
    assert tool.main(["prune"]) == 0
    assert list(tool.read()) == ["map-pin"]


def test_without_an_order_the_tool_says_what_it_can(ground, capsys):
    assert tool.main([]) == 2
    assert "unused" in capsys.readouterr().err


def test_every_symbol_of_the_sprite_draws_something():
    assert [
        name for name, text in sprite.symbols().items() if "<path" not in text and "<circle" not in text
    ] == []


def test_a_drawn_icon_that_the_sprite_does_not_hold_is_named(ground, capsys):
    (ground / "src/templates/page.html").write_text('{% icon "map-pin" %}\n{% icon "bus" "big" %}')
    tool.main(["add", "map-pin"])

    assert tool.main(["check"]) == 1
    assert capsys.readouterr().out == "src/templates/page.html: bus\n"
    tool.main(["add", "bus"])
    assert tool.main(["check"]) == 0


def test_every_icon_that_a_page_of_this_tree_draws_is_in_the_sprite(capsys):
    assert tool.main(["check"]) == 0
    assert capsys.readouterr().out == ""
