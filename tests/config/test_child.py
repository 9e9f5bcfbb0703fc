"""What a supervisor starts ends with him, also when he is killed and can stop nobody any more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from config import child

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(child.__file__).parents[1])}
PATIENCE_SECONDS = 60
# Starts a child, says its number, and waits to be killed.
SUPERVISOR = """
import os, subprocess, sys
command = [sys.executable, "-m", "config.child", str(os.getpid()), "sh", "-c", "echo $$; sleep 600"]
subprocess.run(command)
"""


def _gone(process: int) -> bool:
    """Ended; where nobody reaps it, a zombie is as good."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_killed_supervisor_takes_his_child_along() -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout
    number = int(supervisor.stdout.readline())
    assert not _gone(number)

    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()

    limit = time.monotonic() + PATIENCE_SECONDS
    while not _gone(number):
        assert time.monotonic() < limit, "the child outlived its supervisor"
    supervisor.stdout.close()


def test_an_heir_begins_when_the_other_end_of_the_pipe_is_gone() -> None:
    # The pipe of a process that is killed closes with it: this one holds the heir's.
    holder = """
import subprocess, sys, time
command = [sys.executable, "-m", "config.afterwards", "printf", "%s|", "a b", "$HOME"]
subprocess.Popen(command, stdin=subprocess.PIPE)
print("holds", flush=True)
time.sleep(600)
"""
    killed = subprocess.Popen(
        [sys.executable, "-c", holder], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout
    before = killed.stdout.readline()

    killed.kill()
    after, _errors = killed.communicate(timeout=PATIENCE_SECONDS)

    assert (before, after) == ("holds\n", "a b|$HOME|")


def test_a_child_whose_supervisor_is_gone_already_does_not_begin(tmp_path: Path) -> None:
    command = ["touch", str(tmp_path / "begun")]

    done = subprocess.run([sys.executable, "-m", "config.child", "1", *command], env=ENVIRONMENT, check=False)

    assert done.returncode == 1
    assert not (tmp_path / "begun").exists()


def test_a_child_becomes_its_command_with_its_arguments_as_they_are() -> None:
    words = ["a b", "$HOME", "召集", ""]

    done = subprocess.run(
        [sys.executable, "-m", "config.child", str(os.getpid()), "printf", "%s|", *words],
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == "".join(f"{word}|" for word in words)
