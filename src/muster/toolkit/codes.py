"""Public codes: what a person may read aloud, in place of a primary key that never leaves the server."""

import secrets

# No 0 O 1 I L U: none is mistaken for another when read aloud or written by hand.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_code() -> str:
    """A fresh code of 8 letters and digits: 30^8 = 6.5e11, so a guess and a collision are both far away."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """The code as people read it: K7M2-QD3A."""
    return f"{code[:4]}-{code[4:]}"
