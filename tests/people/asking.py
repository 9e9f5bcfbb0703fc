"""What the tests of people ask again and again: which no was given, and which code a phone received."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from muster.notifications.models import Message
from muster.people.models import Person
from muster.toolkit.refusal import Refused


def refusal_of(deed: Callable[[], object]) -> str:
    """The code of the refusal that `deed` must end in."""
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.code


def searched(client: Client, address: str, query: str) -> Any:
    """The list after a search for `query` ("?q=…&force=…"), sent as the form sends it; without one the list itself."""
    return client.post(address, QueryDict(query[1:]).dict(), follow=True) if query else client.get(address)


def newest_body() -> str:
    """The newest message, as its receiver reads it."""
    message = Message.objects.order_by("id").last()
    assert message is not None
    return str(message.body)


def sent_code() -> str:
    """The code in the newest message."""
    found = re.search(r"\d{6}", newest_body())
    assert found
    return found.group()


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def text(response: Any) -> str:
    """A page as text."""
    decoded: str = response.content.decode()
    return decoded


def digits_of(person: Person) -> str:
    """The mobile number without +86, as people type it."""
    return str(person.phone).removeprefix("+86")
