"""Decisions of the pages that join domains, on plain values."""

from urllib.parse import urlencode


def sign_in_first(path: str) -> str:
    """Where a stranger is sent who asks for `path`: to the door, which leads back to it."""
    return f"/sign-in/?{urlencode({'next': path})}"
