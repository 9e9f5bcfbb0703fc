"""E-mail over SMTP, as Django's mail settings say."""

import smtplib
from collections.abc import Sequence
from contextlib import closing

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from muster.notifications.channels.base import Sendable, TryLater, Undeliverable, refuse_made_up

BATCH = 1
# SMTP: 4xx is for now, 5xx is for ever (RFC 5321 §4.2.1).
PERMANENT = 500
# What the server says of us and not of the recipient: whoever mends the settings in time loses no mail.
ABOUT_US = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)


def send(messages: Sequence[Sendable]) -> None:
    """Hand each message to the mail server. The message id is its code, so that a repeat shows as the same mail."""
    for message in messages:
        refuse_made_up(message)
        _send(message)


def _send(message: Sendable) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    mail = EmailMessage(
        subject=" ".join((message.title or message.body[:60]).split()),
        body=message.body,
        to=[message.address],
        headers={"Message-ID": f"<{message.code}@{domain}>"},
    )
    try:
        # Closed also where the greeting, the encryption or the password fails: Django leaves that to the collector.
        with closing(get_connection()) as mail.connection:
            taken = mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _ in error.recipients.values())
        _raise(code, error)
    except ABOUT_US as error:
        raise TryLater(f"smtp_{error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        _raise(error.smtp_code, error)
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater(type(error).__name__) from error
    except ValueError as error:
        # A line break, a character that no address has: Django refuses it before anything leaves.
        raise Undeliverable("mail_address_wrong") from error
    if not taken:
        raise Undeliverable("no_address")


def _raise(code: int, error: Exception) -> None:
    if code >= PERMANENT:
        raise Undeliverable(f"smtp_{code}") from error
    raise TryLater(f"smtp_{code}") from error
