"""Real servers on this machine in the place of the providers."""

import threading
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.notifications.ground import KEY, Mailbox, Provider, listening


@pytest.fixture
def provider() -> Iterator[Provider]:
    state = Provider()
    with listening(state) as server:
        yield state
        server.shutdown()


@pytest.fixture
def texting(provider: Provider, settings: LazySettings) -> Provider:
    settings.SMS_URL, settings.SMS_KEY, settings.SMS_SENDER = provider.url, KEY, "召集"
    return provider


@pytest.fixture
def mailbox(settings: LazySettings) -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.DEFAULT_FROM_EMAIL = "Muster <muster@community.example>"
        yield server
        server.shutdown()
