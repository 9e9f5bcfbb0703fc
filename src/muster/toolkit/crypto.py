"""Encryption of single fields and the blind index that finds them (norms.md D.5, architecture.md §7).

A value is stored as `1.<suite>.<key id>.<base64url(nonce + ciphertext + tag)>`; the place it belongs to (table.column) is
bound in as associated data, so a value copied to another column does not open. Keys live outside the database: `FIELD_KEYS`
is a comma-separated ring, `id:secret`, the first one writes and all of them read; a bare secret counts as `k1:secret`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = "1"
NONCE_BYTES = 12
TAG_BYTES = 16
SUITES = {"aes-256-gcm": "a", "sm4-gcm": "s"}
INDEX_HASHES = {"sha256": "sha256", "sm3": "sm3"}


class Unreadable(Exception):
    """A stored value that no key of the ring opens: it was changed, moved, or its key is gone."""


@lru_cache(maxsize=8)
def _ring(text: str) -> dict[str, bytes]:
    """Key id -> master secret, in the order given."""
    ring = {}
    for part in text.split(","):
        key_id, found, secret = part.strip().partition(":")
        ring[key_id if found else "k1"] = (secret if found else key_id).encode()
    return ring


@lru_cache(maxsize=256)
def _derived(secret: bytes, purpose: str, length: int, algorithm: str) -> bytes:
    """A key for one purpose only, so that no two uses share one (RFC 5869)."""
    kind = hashes.SM3() if algorithm == "sm3" else hashes.SHA256()
    return HKDF(algorithm=kind, length=length, salt=None, info=purpose.encode()).derive(secret)


def _field_key(suite: str, secret: bytes) -> bytes:
    # An assessment that asks for SM4 asks for SM3 wherever a hash is used, so the suite decides both.
    if suite == "s":
        return _derived(secret, "field", 16, "sm3")
    return _derived(secret, "field", 32, "sha256")


def _seal(suite: str, key: bytes, nonce: bytes, clear: bytes, place: bytes) -> bytes:
    if suite == "a":
        return AESGCM(key).encrypt(nonce, clear, place)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place)
    return encryptor.update(clear) + encryptor.finalize() + encryptor.tag


def _open(suite: str, key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    if suite == "a":
        return AESGCM(key).decrypt(nonce, sealed, place)
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(place)
    return decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()


def _writer() -> tuple[str, str, bytes]:
    """The suite and the key that write now: suite, key id, master secret."""
    key_id, secret = next(iter(_ring(settings.FIELD_KEYS).items()))
    return SUITES[settings.FIELD_CIPHER], key_id, secret


def encrypt(clear: str, *, place: str) -> str:
    """`clear` sealed for `place` ("table.column") with the first key of the ring and the suite of the settings."""
    suite, _key_id, secret = _writer()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _seal(suite, _field_key(suite, secret), nonce, clear.encode(), place.encode())
    return current_head() + base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(stored: str, *, place: str) -> str:
    """What `encrypt` sealed for the same `place`; raises Unreadable for anything else."""
    try:
        version, suite, key_id, body = stored.split(".", 3)
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        if version != VERSION or suite not in SUITES.values() or len(raw) < NONCE_BYTES + TAG_BYTES:
            raise Unreadable(place)
        key = _field_key(suite, _ring(settings.FIELD_KEYS)[key_id])
        return _open(suite, key, raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (ValueError, KeyError, InvalidTag, binascii.Error) as error:
        raise Unreadable(place) from error


def current_head() -> str:
    """What a value begins with that was sealed with the suite and the key of now; any other is worth sealing again."""
    suite, key_id, _secret = _writer()
    return f"{VERSION}.{suite}.{key_id}."


def blind_index(clear: str, *, purpose: str) -> uuid.UUID:
    """A keyed 128-bit fingerprint that finds an equal value and tells nothing of it (never a bare hash: norms.md D.5).

    The key is that of the oldest ring entry, so that the index survives a change of the writing key.
    """
    secret = list(_ring(settings.FIELD_KEYS).values())[-1]
    key = _derived(secret, f"index:{purpose}", 32, settings.FIELD_INDEX_HASH)
    digest = hmac.digest(key, clear.encode(), INDEX_HASHES[settings.FIELD_INDEX_HASH])
    return uuid.UUID(bytes=digest[:16])
