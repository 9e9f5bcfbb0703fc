"""The letter boxes of the simulated people."""

import json
from pathlib import Path

import pytest

from muster.web.drill.outbox import Letter, Outbox


def line(code: str, address: str = "+8615400000001", topic: str = "offer", subject: str = "call_up A") -> str:
    body = f"来吗？http://127.0.0.1:8000/my/o/{code}，谢谢"
    return json.dumps(
        {"code": code, "topic": topic, "subject": subject, "address": address, "title": "t", "body": body}
    )


def write(folder: Path, *lines: str, day: str = "2026-11-23", end: str = "\n") -> None:
    with (folder / f"{day}.jsonl").open("a") as file:
        file.write("\n".join(lines) + end)


def test_letters_of_before_are_not_of_this_drill(tmp_path: Path) -> None:
    write(tmp_path, line("old"))
    outbox = Outbox(tmp_path)
    write(tmp_path, line("new"))

    assert [letter.code for letter in outbox.about("call_up A", "offer")] == ["new"]


def test_letters_come_by_subject_and_topic_in_the_order_of_addresses(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    write(tmp_path, line("b", "+8615400000002"), line("x", topic="thanked"), line("y", subject="call_up B"))
    write(tmp_path, line("a", "+8615400000001"), day="2026-11-24")

    assert [letter.code for letter in outbox.about("call_up A", "offer")] == ["a", "b"]
    assert [letter.code for letter in outbox.about("call_up A", "thanked")] == ["x"]
    assert outbox.about("call_up C", "offer") == []


def test_letter_written_twice_counts_once(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    write(tmp_path, line("a"), line("a"))
    assert len(outbox.about("call_up A", "offer")) == 1
    write(tmp_path, line("a"))

    assert len(outbox.about("call_up A", "offer")) == 1


def test_line_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    whole = line("a")
    write(tmp_path, whole[:20], end="")
    assert outbox.about("call_up A", "offer") == []
    write(tmp_path, whole[20:])

    assert [letter.code for letter in outbox.about("call_up A", "offer")] == ["a"]


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("来吗？http://127.0.0.1:8000/my/o/abc，谢谢", "http://127.0.0.1:8000/my/o/abc"),
        ("https://muster.example/my/o/a_b-c 完", "https://muster.example/my/o/a_b-c"),
        ("没有地址", ""),
    ],
)
def test_link_is_the_first_address(body: str, link: str) -> None:
    assert Letter("c", "offer", "s", "a", body).link == link
