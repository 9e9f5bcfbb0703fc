"""Sealing and finding, for any text, any ring of keys and both suites."""

import base64
import uuid

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.toolkit import crypto

PLACE = "people_person.phone"
SUITES = ["aes-256-gcm", "sm4-gcm"]
texts = st.text(max_size=40).filter(lambda text: text.isprintable())
names = st.text("abcxyz0189_-", min_size=1, max_size=6)
secrets = st.text("abcdefgh0123", min_size=1, max_size=20)
rings = st.dictionaries(names, secrets, min_size=1, max_size=4)
several = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)


@pytest.fixture(autouse=True)
def ring(settings: LazySettings) -> LazySettings:
    settings.FIELD_KEYS = "k2:writes,k1:reads"
    settings.FIELD_CIPHER = "aes-256-gcm"
    settings.FIELD_INDEX_HASH = "sha256"
    return settings


def written(keys: dict[str, str]) -> str:
    return ",".join(f"{name}:{secret}" for name, secret in keys.items())


@several
@given(clear=texts, keys=rings, suite=st.sampled_from(SUITES))
def test_what_is_sealed_opens_again(ring: LazySettings, clear: str, keys: dict[str, str], suite: str) -> None:
    ring.FIELD_KEYS, ring.FIELD_CIPHER = written(keys), suite

    sealed = crypto.encrypt(clear, place=PLACE)

    assert crypto.decrypt(sealed, place=PLACE) == clear
    assert sealed.startswith(crypto.current_head())
    assert sealed.isascii()


@several
@given(keys=st.dictionaries(names, secrets, min_size=2, max_size=4), clear=texts)
def test_any_order_of_the_ring_reads_what_any_key_of_it_wrote(
    ring: LazySettings, keys: dict[str, str], clear: str
) -> None:
    ring.FIELD_KEYS = written(keys)
    sealed = crypto.encrypt(clear, place=PLACE)

    ring.FIELD_KEYS = written(dict(reversed(keys.items())))

    assert crypto.decrypt(sealed, place=PLACE) == clear


@several
@given(stored=st.text(max_size=80))
def test_any_text_is_read_or_called_unreadable(stored: str) -> None:
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(stored, place=PLACE)


@several
@given(body=st.binary(max_size=60), suite=st.sampled_from("as"), key=st.sampled_from(["k1", "k2", "k9", ""]))
def test_a_forged_body_under_a_real_head_is_unreadable(body: bytes, suite: str, key: str) -> None:
    stored = f"1.{suite}.{key}.{base64.urlsafe_b64encode(body).decode()}"

    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(stored, place=PLACE)


@several
@given(clear=texts, cut=st.integers(1, 60))
def test_a_value_that_was_cut_off_is_unreadable(clear: str, cut: int) -> None:
    sealed = crypto.encrypt(clear, place=PLACE)

    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(sealed[:-cut], place=PLACE)


def test_what_is_unreadable_does_not_repeat_the_value() -> None:
    with pytest.raises(crypto.Unreadable) as error:
        crypto.decrypt("1.a.k1.c2VjcmV0LW9mLXNvbWVib2R5", place=PLACE)

    assert str(error.value) == PLACE


@several
@given(one=texts, other=texts)
def test_equal_values_have_one_index_and_different_ones_two(one: str, other: str) -> None:
    def index(text: str) -> uuid.UUID:
        return crypto.blind_index(text, purpose="phone")

    assert (index(one) == index(other)) is (one == other)


@pytest.mark.parametrize("change", ["FIELD_KEYS", "FIELD_INDEX_HASH"])
def test_an_index_is_of_one_key_and_one_hash(ring: LazySettings, change: str) -> None:
    before = crypto.blind_index("+8613812341234", purpose="phone")

    setattr(ring, change, {"FIELD_KEYS": "k1:another", "FIELD_INDEX_HASH": "sm3"}[change])

    assert crypto.blind_index("+8613812341234", purpose="phone") != before


def test_a_bare_secret_is_the_key_k1(ring: LazySettings) -> None:
    ring.FIELD_KEYS = "reads"
    sealed, index = crypto.encrypt("x", place=PLACE), crypto.blind_index("x", purpose="p")

    ring.FIELD_KEYS = "k2:writes,k1:reads"

    assert crypto.decrypt(sealed, place=PLACE) == "x"
    assert crypto.blind_index("x", purpose="p") == index


def test_no_use_of_a_secret_shares_its_key_with_another(ring: LazySettings) -> None:
    keys = {
        crypto._derived(b"secret", purpose, 32, algorithm)
        for purpose in ("field", "index:phone", "index:id_number", "index:name")
        for algorithm in ("sha256", "sm3")
    }

    assert len(keys) == 8


@pytest.mark.parametrize("suite", SUITES)
def test_a_page_of_values_is_sealed_and_opened_in_no_time(ring: LazySettings, suite: str) -> None:
    ring.FIELD_CIPHER = suite
    heads = {crypto.encrypt(f"value {number}", place=PLACE)[:20] for number in range(500)}

    # Each has a nonce of its own: two equal beginnings would give both away.
    assert len(heads) == 500
