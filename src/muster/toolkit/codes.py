"""Public codes: what a person may read aloud, in place of a primary key that never leaves the server."""

import secrets

# No 0 O 1 I L U: none is mistaken for another when read aloud or written by hand.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_code() -> str:
    """A fresh code of 8 letters and digits: 30^8 = 6.5e11, so a guess and a collision are both far away."""
    # One draw and eight divisions: a wave needs twenty thousand codes, and a draw for each letter took half a second.
    number, letters = secrets.randbelow(len(ALPHABET) ** LENGTH), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return letters


def spaced(code: str) -> str:
    """The code as people read it: K7M2-QD3A."""
    return f"{code[:4]}-{code[4:]}"
