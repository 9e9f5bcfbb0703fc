"""Group bots of WeCom, DingTalk and Feishu through Apprise. The address is an Apprise URL, such as wecombot://KEY/."""

from collections.abc import Sequence

from apprise import Apprise
from django.conf import settings

from muster.notifications.channels.base import Sendable, TryLater, Undeliverable, refuse_made_up

BATCH = 1


def send(messages: Sequence[Sendable]) -> None:
    """Post each message into its group. Only the services of the settings are allowed: an address is no way to anywhere."""
    for message in messages:
        refuse_made_up(message)
        _send(message)


def _send(message: Sendable) -> None:
    service = message.address.partition("://")[0].lower()
    if service not in settings.GROUP_BOT_SERVICES:
        raise Undeliverable("service_not_allowed")
    bot = Apprise()
    if not bot.add(message.address):
        raise Undeliverable("address_not_understood")
    if not bot.notify(body=message.body, title=message.title):
        # Apprise does not tell a refusal from a network that is down; the attempts are limited anyway.
        raise TryLater("group_bot_failed")
