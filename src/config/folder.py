"""The data folder: everything that a copy keeps lies in it."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class FolderUnusable(Exception):
    """The data folder cannot be written; the sentence says why and what to do."""


def chosen() -> Path:
    """The folder that MUSTER_VAR names, else var/ in the tree."""
    return Path(os.environ.get("MUSTER_VAR") or ROOT / "var").resolve()


def usable() -> Path:
    """The chosen folder, made where it is missing. Raises `FolderUnusable` where nothing can be written there."""
    var = chosen()
    try:
        var.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=var).close()
    except (FileExistsError, NotADirectoryError):
        raise FolderUnusable(
            f"The data folder {var} cannot be made: a file is in its place. {_ADVICE}"
        ) from None
    except OSError as error:
        raise FolderUnusable(
            f"The data folder {var} cannot be written: {error.strerror}. {_ADVICE}"
        ) from None
    return var


_ADVICE = "Set MUSTER_VAR to a folder that you may write."
