"""Whoever removes the end of a ledger with its seals is found by what was written down outside of the database."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
from django.conf import LazySettings
from rich.console import Console

from config import deeds
from muster.audit.actions import heads
from muster.audit.models import Entry, Seal
from muster.toolkit.refusal import Refused
from tests.audit.ground import disclose, found, record, seal_now, tamper
from tests.world import World

pytestmark = pytest.mark.django_db
NO_SEAL = json.dumps(
    {
        "ledger": [],
        "first_id": 1,
        "last_id": 2,
        "row_count": 2,
        "algorithm": [],
        "digest": {},
        "at": "2026-03-01T02:00:00+00:00",
        "mark": "00000000-0000-0000-0000-000000000000",
    }
)


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "heads"


@pytest.fixture
def written(folder: Path) -> Path:
    """Two rounds in both ledgers, each written down."""
    for first in (0, 3):
        for number in range(first, first + 3):
            record(number)
            disclose(number)
        seal_now()
        heads.write_down()
    return folder


def cut(ledger: str = "entry") -> int:
    """Removes the last seal of a ledger with its rows, as its owner can; up to which row it had been sealed."""
    last = Seal.objects.filter(ledger=ledger).order_by("-last_id")[0]
    tamper(f"DELETE FROM audit_{ledger} WHERE id >= {last.first_id}")  # noqa: S608 - own numbers
    tamper(f"DELETE FROM audit_seal WHERE id = {last.pk}")  # noqa: S608 - own number
    return last.last_id


def missing(*copies: Path) -> list[tuple[str, int, str]]:
    return [(one.ledger, one.last_id, one.reason) for one in heads.missing(copies)]


def lines(folder: Path, ledger: str = "entry") -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / f"{ledger}.jsonl").read_text().splitlines()]


def test_each_newest_seal_is_written_down_once(written: Path) -> None:
    again = heads.write_down()

    seals = list(Seal.objects.filter(ledger="entry").order_by("pk").values_list("last_id", "digest"))
    assert again == 0
    assert [(line["last_id"], line["digest"]) for line in lines(written)] == seals
    assert len(lines(written, "disclosure")) == 2
    assert missing() == []


def test_nothing_sealed_writes_nothing(folder: Path) -> None:
    assert (heads.write_down(), folder.exists(), missing()) == (0, False, [])


def test_the_file_is_for_its_owner_alone(written: Path) -> None:
    assert (written / "entry.jsonl").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("ledger", ["entry", "disclosure"])
def test_an_end_that_was_removed_with_its_seals_is_found(written: Path, ledger: str) -> None:
    gone = cut(ledger)

    assert found() == []  # the chain alone says nothing
    assert missing() == [(ledger, gone, "end_missing")]


def test_a_trail_that_was_removed_whole_is_found(written: Path) -> None:
    last = Entry.objects.order_by("-pk")[0].pk
    tamper("DELETE FROM audit_seal WHERE ledger = 'entry'")
    tamper("DELETE FROM audit_entry")

    assert [(ledger, reason) for ledger, _last, reason in missing()] == [("entry", "end_missing")] * 2
    assert missing()[-1][1] == last


def test_an_end_that_grew_again_after_a_cut_is_found(
    written: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(heads.logger, "error", lambda *_words: None)
    gone = cut()
    for number in range(9):
        record(number)
    seal_now()

    buried = heads.write_down()

    assert Seal.objects.filter(ledger="entry").order_by("-last_id")[0].last_id > gone
    assert (found(), buried) == ([], 0)
    assert missing() == [("entry", gone, "end_missing")]
    # Nor does it help to let the file grow as well.
    path = written / "entry.jsonl"
    kept = path.read_text()
    path.unlink()
    heads.write_down()
    path.write_text(kept + path.read_text())
    assert missing() == [("entry", gone, "end_missing")]
    assert heads.lately_missing() == []


def test_the_worker_says_at_once_that_an_end_is_missing(
    written: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = cut()
    said: list[str] = []
    monkeypatch.setattr(heads.logger, "error", lambda words, *facts: said.append(words % facts))

    assert heads.write_down() == 0

    assert said == [f"entry was sealed up to {gone} and is not any more: end_missing"]
    assert len(lines(written)) == 2


def test_what_is_sealed_stands_in_the_log_too(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    record(1)
    seal_now()

    with caplog.at_level(logging.INFO, logger="muster.audit"):
        heads.write_down()

    newest = Seal.objects.get()
    assert caplog.messages == [f"entry is sealed up to {newest.last_id}: {newest.digest}"]


def test_a_seal_made_anew_over_other_rows_differs_from_what_was_written_down(written: Path) -> None:
    last = Seal.objects.filter(ledger="entry").order_by("-last_id")[0]
    tamper("UPDATE audit_entry SET object_code = 'X' WHERE object_code = 'T4'")
    tamper(f"DELETE FROM audit_seal WHERE id = {last.pk}")  # noqa: S608 - own number
    seal_now()  # by whoever has the key too

    assert found() == []
    assert missing() == [("entry", last.last_id, "seal_differs")]


def test_a_line_that_somebody_wrote_without_the_key_is_told(written: Path) -> None:
    path = written / "entry.jsonl"
    forged = {**lines(written)[-1], "last_id": 1}
    path.write_text(json.dumps(forged) + "\n")

    assert missing() == [("entry", 1, "line_forged")]


@pytest.mark.parametrize(
    "broken", ['{"ledger": "entry", "las', "", "[]", "null", '{"ledger": "entry", "at": 1}', NO_SEAL]
)
def test_a_line_that_a_crash_broke_off_stops_nothing(written: Path, broken: str) -> None:
    path = written / "entry.jsonl"
    with path.open("a") as file:
        file.write(broken)
    record(9)
    seal_now()

    assert heads.write_down() == 1

    assert missing() == []
    assert heads.write_down() == 0
    assert [one.ledger for one in (heads.lately_missing() if cut() else [])] == ["entry"]


def test_a_copy_kept_elsewhere_shows_what_the_data_folder_does_not(written: Path, tmp_path: Path) -> None:
    copy = tmp_path / "heads.jsonl"  # one file for both ledgers, as deploy/backup.sh keeps it
    copy.write_text("".join((written / f"{name}.jsonl").read_text() for name in ("entry", "disclosure")))
    gone = cut()
    for path in written.iterdir():
        path.unlink()

    assert missing() == []
    assert missing(copy) == [("entry", gone, "end_missing")]


def said_by_the_command(*copies: Path) -> tuple[bool, str]:
    screen = io.StringIO()
    good = deeds.verify_trail(Console(file=screen, width=200), copies)
    return good, screen.getvalue()


def test_the_command_compares_with_what_was_written_down(written: Path) -> None:
    whole = said_by_the_command()
    gone = cut()

    assert whole == (True, "4 seals over 12 rows, 0 do not hold.\n")
    assert said_by_the_command() == (
        False,
        f"entry up to {gone}: end_missing\n3 seals over 9 rows, 0 do not hold.\n",
    )


def test_a_copy_that_is_not_there_is_a_sentence(written: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as no:
        said_by_the_command(tmp_path / "nowhere.jsonl")

    assert no.value.code == "copy_unreadable"
    assert "nowhere.jsonl" in no.value.message


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The trail was sealed up to entry"), ("zh-hans", "操作记录曾封存到第")]
)
def test_the_page_of_the_auditor_says_that_an_end_is_missing(
    world: World, written: Path, language: str, words: str
) -> None:
    auditor = world.client_for("auditor")
    whole = auditor.get("/desk/trail/", headers={"accept-language": language}).content.decode()
    newest = Seal.objects.filter(ledger="entry").order_by("-last_id")[0]
    cut()

    short = auditor.get("/desk/trail/", headers={"accept-language": language}).content.decode()

    assert newest.digest[:8] in whole
    assert words not in whole
    assert words in short
