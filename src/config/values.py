"""What the values of the environment may be. No refusal repeats the value, which may be a secret."""

import re

from environs import ValidationError, validate

SHORTEST_SECRET = 16
KEY_ID = re.compile(r"[A-Za-z0-9_-]+")

port = validate.Range(1, 65535, error="It has to be between {min} and {max}.")
web_address = validate.URL(
    require_tld=False,
    schemes={"http", "https"},
    error="It has to begin with http:// or https:// and name a host.",
)


def web_address_or_none(text: str) -> None:
    """A web address, or nothing where there is none."""
    if text:
        web_address(text)


def one_of(*words: str) -> validate.OneOf:
    """One of these words and no other."""
    return validate.OneOf(words, error="It has to be one of: {choices}.")


def key_ring(text: str) -> None:
    """`id:secret,id:secret`, or one bare secret: ids that can stand in a sealed value, each once, and no empty secret."""
    ids = []
    for part in text.split(","):
        head, found, secret = part.strip().partition(":")
        key_id = head if found else "k1"
        if not KEY_ID.fullmatch(key_id):
            raise ValidationError("The name of a key has letters, digits, - and _ only: k2:secret,k1:secret.")
        if not (secret if found else head):
            raise ValidationError("A key has no secret: k2:secret,k1:secret.")
        ids.append(key_id)
    if len(set(ids)) < len(ids):
        raise ValidationError(
            "Two keys have the same name, and values sealed with one of them could not be read."
        )


def long_enough(text: str) -> None:
    """A secret of production that nobody tries out."""
    if len(text) < SHORTEST_SECRET:
        raise ValidationError(f"A secret has at least {SHORTEST_SECRET} characters.")


def long_enough_or_none(text: str) -> None:
    """Such a secret, or nothing where what it opens stays shut."""
    if text:
        long_enough(text)
