"""The socket lies where its path is short enough, whatever the temporary folder is called."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import postgres
from config.postgres_server import LONGEST_SOCKET, Site


@pytest.fixture
def any_var(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    folder.mkdir()
    yield folder
    postgres.release(folder)
    postgres.stop(folder)


@pytest.mark.parametrize("letters", [1, 60, 200])
def test_the_path_of_a_socket_always_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letters: int
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/" + "t" * letters)

    assert len(os.fsencode(Site(tmp_path / ("deep" * 50) / ("deep" * 50)).socket)) <= LONGEST_SOCKET


@pytest.mark.parametrize("letters", range(68, 74))
def test_the_temporary_folder_is_left_exactly_where_it_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letters: int
) -> None:
    folder = "/" + "t" * letters
    monkeypatch.setattr(tempfile, "tempdir", folder)
    socket = Site(tmp_path).socket

    would_be = f"{folder}/{socket.parent.name}/{socket.name}"

    assert str(socket).startswith(folder) is (len(would_be) <= LONGEST_SOCKET)


def test_two_folders_have_two_places(tmp_path: Path) -> None:
    assert Site(tmp_path / "a").run != Site(tmp_path / "b").run


def test_a_temporary_folder_with_a_long_name_leaves_room_for_the_socket(
    any_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("长" * 40)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    with psycopg.connect(postgres.ensure(any_var)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len(os.fsencode(Site(any_var).socket)) <= LONGEST_SOCKET
    postgres.release(any_var)
    assert not Site(any_var).run.exists()
