"""The data folder is usable before anything else is tried, or a sentence says why it is not."""

from pathlib import Path

import pytest

from config import folder


def test_a_folder_that_is_not_there_is_made_with_its_parents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_VAR", str(tmp_path / "数据 folder" / "one"))

    assert folder.usable() == tmp_path / "数据 folder" / "one"
    assert list(folder.usable().iterdir()) == []


def test_without_a_word_it_is_var_in_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, ""):
        monkeypatch.delenv("MUSTER_VAR") if value is None else monkeypatch.setenv("MUSTER_VAR", value)

        assert folder.chosen() == folder.ROOT / "var"
        assert (folder.ROOT / "pyproject.toml").is_file()


def test_a_relative_folder_counts_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUSTER_VAR", "here")

    assert folder.usable() == tmp_path / "here"


@pytest.mark.parametrize("below", ["", "var", "var/deeper"])
def test_a_file_in_its_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    (tmp_path / "taken").write_text("mine")
    monkeypatch.setenv("MUSTER_VAR", str(tmp_path / "taken" / below))

    with pytest.raises(folder.FolderUnusable, match=r"a file is in its place.*MUSTER_VAR"):
        folder.usable()
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_disk_that_takes_nothing_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody, root included, makes a folder there.
    monkeypatch.setenv("MUSTER_VAR", "/proc/muster")

    with pytest.raises(folder.FolderUnusable, match=r"/proc/muster cannot be written: .+\. Set MUSTER_VAR"):
        folder.usable()
