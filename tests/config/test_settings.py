"""Settings come from the environment; a value that cannot be right stops the start with a sentence, not a trace."""

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from environs import EnvError

from config import settings as real

Read = Callable[..., dict[str, Any]]
# None of these tests asks a database anything.
DATABASE = "postgresql://nobody@127.0.0.1:9/unused"
SECRETS = {
    "SECRET_KEY": "s" * 40,
    "FIELD_KEYS": "k1:" + "f" * 40,
    "LINK_KEY": "l" * 40,
    "SEAL_KEY": "t" * 40,
}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the settings anew with these variables and no others of ours."""

    def read_with(**variables: str) -> dict[str, Any]:
        for name in list(os.environ):
            if name not in {"PATH", "HOME", "TMPDIR"}:
                monkeypatch.delenv(name)
        for name, value in {"MUSTER_VAR": str(tmp_path), "DATABASE_URL": DATABASE, **variables}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(real.__file__)

    return read_with


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "Not a valid integer"),
        ("PORT", "0", "between 1 and 65535"),
        ("PORT", "65536", "between 1 and 65535"),
        ("EMAIL_PORT", "-1", "between 1 and 65535"),
        ("DEBUG", "perhaps", "Not a valid boolean"),
        ("MUSTER_PRODUCTION", "2", "Not a valid boolean"),
        ("DRILL_CLOCK", "later", "Not a valid boolean"),
        ("EMAIL_USE_TLS", "starttls", "Not a valid boolean"),
        ("FIELD_CIPHER", "rot13", "one of: aes-256-gcm, sm4-gcm"),
        ("FIELD_INDEX_HASH", "md5", "one of: sha256, sm3"),
        ("MESSAGE_CHANNEL", "pigeon", "one of: console, file, sms, email, group_bot"),
        ("PUBLIC_URL", "muster.example", "http:// or https://"),
        ("PUBLIC_URL", "ftp://muster.example", "http:// or https://"),
        ("SMS_URL", "sms.example/send", "http:// or https://"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_its_name(
    read: Read, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(EnvError) as refusal:
        read(**{name: value})

    assert name in str(refusal.value)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        ("k2:new,k2:old-secret", "same name"),
        ("k2:,k1:old-secret", "no secret"),
        ("k2:new,", "no secret"),
        ("k.2:hidden-secret", "letters, digits"),
        (":hidden-secret", "letters, digits"),
        ("k2:new,hidden-secret,k1:old-secret", "same name"),
    ],
)
def test_a_ring_of_keys_that_would_lose_data_is_refused(read: Read, ring: str, sentence: str) -> None:
    with pytest.raises(EnvError) as refusal:
        read(FIELD_KEYS=ring)

    assert sentence in str(refusal.value)
    # What is refused is printed, and a secret is not for the screen.
    assert "hidden-secret" not in str(refusal.value)
    assert "old-secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "ring", ["a bare secret", "k1:secret", "k2:new, k1:old", "2026-11:with:colons,k1:old"]
)
def test_a_ring_of_keys_that_works_is_taken_as_it_is(read: Read, ring: str) -> None:
    assert read(FIELD_KEYS=ring)["FIELD_KEYS"] == ring


@pytest.mark.parametrize("missing", SECRETS)
def test_production_does_not_start_without_a_secret(read: Read, missing: str) -> None:
    given = {name: value for name, value in SECRETS.items() if name != missing}

    with pytest.raises(EnvError, match=f"{missing} is not set"):
        read(MUSTER_PRODUCTION="1", **given)


@pytest.mark.parametrize("short", SECRETS)
def test_production_does_not_start_with_a_secret_that_one_could_guess(read: Read, short: str) -> None:
    with pytest.raises(EnvError, match=f"(?s){short}.*at least 16 characters"):
        read(MUSTER_PRODUCTION="1", **{**SECRETS, short: "fifteen-letters"})


def test_production_takes_its_secrets_and_makes_none(read: Read, tmp_path: Path) -> None:
    found = read(MUSTER_PRODUCTION="1", **SECRETS)

    assert {name: found[name] for name in SECRETS} == SECRETS
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["DRILL_CLOCK"] is False
    assert list(tmp_path.iterdir()) == []


def test_production_never_shows_its_inside(read: Read) -> None:
    with pytest.raises(EnvError, match="DEBUG"):
        read(MUSTER_PRODUCTION="1", DEBUG="1", **SECRETS)


def test_sms_without_a_provider_is_told_at_the_start(read: Read) -> None:
    with pytest.raises(EnvError, match="SMS_URL is not set"):
        read(MESSAGE_CHANNEL="sms")


def test_sms_with_a_provider_needs_the_key_that_both_know_in_production(read: Read) -> None:
    given = {"MESSAGE_CHANNEL": "sms", "SMS_URL": "https://sms.example/send"}

    with pytest.raises(EnvError, match="SMS_KEY is not set"):
        read(MUSTER_PRODUCTION="1", **given, **SECRETS)
    assert read(**given, SMS_KEY="shared-with-provider")["SMS_KEY"] == "shared-with-provider"


def test_a_copy_without_settings_makes_its_secrets_once(read: Read, tmp_path: Path) -> None:
    first, second = read(), read()

    assert {first[name] for name in SECRETS} == {second[name] for name in SECRETS}
    assert len({first[name] for name in SECRETS}) == len(SECRETS)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_links_in_messages_begin_with_the_port_of_the_copy(read: Read) -> None:
    assert read(PORT="8123")["PUBLIC_URL"] == "http://127.0.0.1:8123"


def test_a_slash_at_the_end_of_the_address_is_not_doubled_in_links(read: Read) -> None:
    assert read(PUBLIC_URL="https://muster.example/")["PUBLIC_URL"] == "https://muster.example"


@pytest.mark.parametrize(
    "address", ["http://10.0.0.5:8000", "https://muster", "https://muster.example", "http://[::1]:8000"]
)
def test_an_address_of_a_house_network_is_one(read: Read, address: str) -> None:
    assert read(PUBLIC_URL=address)["PUBLIC_URL"] == address


def test_lists_are_written_with_commas(read: Read) -> None:
    found = read(
        ALLOWED_HOSTS="muster.example,10.0.0.5",
        CSRF_TRUSTED_ORIGINS="https://muster.example",
        MESSAGE_ECHO_TOPICS="",
    )

    assert found["ALLOWED_HOSTS"] == ["muster.example", "10.0.0.5"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://muster.example"]
    assert found["MESSAGE_ECHO_TOPICS"] == []


def test_the_data_folder_is_where_everything_lies(read: Read, tmp_path: Path) -> None:
    found = read(MUSTER_VAR=f"{tmp_path}/a/../b")

    assert found["VAR_DIR"] == tmp_path / "b"
    assert found["STATIC_ROOT"] == tmp_path / "b" / "static"
