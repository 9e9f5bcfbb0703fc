"""The page of one piece of long work."""

from datetime import UTC, datetime, timedelta

import pytest

from muster.jobs.models import Run
from muster.jobs.progress import Progress
from muster.jobs.rules import time_left
from tests.world import EVERYBODY, World, shut

pytestmark = pytest.mark.django_db


def run_of(world: World, name: str) -> Run:
    progress = Progress.start(
        "callups.wave", expected=1000, actor=world.actor(name), division_code=world.here
    )
    progress.run.done = 400
    progress.run.save()
    return progress.run


@pytest.mark.parametrize("name", EVERYBODY)
def test_run_is_for_its_owner_and_the_administrator(world: World, name: str) -> None:
    run = run_of(world, "worker")

    seen = world.client_for(name).get(f"/jobs/{run.code}/").status_code

    assert seen == (200 if name in {"worker", "administrator"} else shut(name))


def test_unknown_run_is_not_found(world: World) -> None:
    assert world.client_for("worker").get("/jobs/NOSUCH22/").status_code == 404


def test_page_says_how_far_it_is_and_asks_again(world: World) -> None:
    run = run_of(world, "worker")

    page = world.client_for("worker").get(f"/jobs/{run.code}/").content.decode()

    assert "已处理 400 行，共 1000 行" in page
    assert f'data-live="/jobs/{run.code}/?live=1"' in page


def test_fragment_is_304_while_nothing_moved(world: World) -> None:
    run = run_of(world, "worker")
    client = world.client_for("worker")
    first = client.get(f"/jobs/{run.code}/?live=1")
    assert f'id="run-{run.code}"' in first.content.decode()
    assert "<html" not in first.content.decode()

    again = client.get(f"/jobs/{run.code}/?live=1", headers={"If-None-Match": first["ETag"]})
    Run.objects.update(done=401)
    moved = client.get(f"/jobs/{run.code}/?live=1", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, moved.status_code) == (304, 200)


@pytest.mark.parametrize(("state", "words"), [("done", "处理完了"), ("failed", "中途停下了")])
def test_ended_run_says_so_and_asks_no_more(world: World, state: str, words: str) -> None:
    run = run_of(world, "worker")
    Run.objects.update(state=state, ended_at=run.started_at)

    page = world.client_for("worker").get(f"/jobs/{run.code}/").content.decode()

    assert words in page
    assert "data-live=" not in page


@pytest.mark.parametrize(
    ("minutes", "done", "expected", "left"),
    [(10, 25, 100, 30), (10, 0, 100, None), (10, 100, 100, None), (10, 50, 0, None)],
)
def test_time_left_is_reckoned_from_the_rate(
    minutes: int, done: int, expected: int, left: int | None
) -> None:
    began = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    assert time_left(began, done, expected, began + timedelta(minutes=minutes)) == (
        None if left is None else timedelta(minutes=left)
    )
