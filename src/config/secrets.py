"""Secrets of a copy that was given none: made once, kept in the data folder, readable by its owner only."""

import os
import secrets
from pathlib import Path


def generated(var: Path, name: str) -> str:
    """The secret called `name` of the folder `var`; two processes that start at once agree on one value."""
    folder = var / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name.lower()
    draft = folder / f".{name.lower()}.{os.getpid()}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # link() fails where the other process was faster, so the first value written stays the only one.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
