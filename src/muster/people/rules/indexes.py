"""Keyed fingerprints that find a person without opening anything (norms.md D.5)."""

from uuid import UUID

from muster.toolkit import crypto


def phone_index(e164: str) -> UUID:
    """What finds a phone number; `e164` as `parse_phone` gives it."""
    return crypto.blind_index(e164, purpose="phone")


def id_number_index(value: str) -> UUID:
    """What finds an identity number; `value` as `parse_id_number` gives it."""
    return crypto.blind_index(value, purpose="id_number")


def name_keys(text: str) -> list[int]:
    """The keyed bigrams of a name or of a search text, and its single characters, as 31-bit numbers.

    A two-character Chinese name part cannot be found by trigrams (it has none); single characters let a person be
    found by family name alone.
    """
    letters = "".join(character for character in text.casefold() if character.isalnum())
    pairs = {letters[start : start + 2] for start in range(len(letters) - 1)}
    return sorted({crypto.blind_index(part, purpose="name").int >> 97 for part in pairs | set(letters)})
