"""How a message leaves Muster: one small module per channel (`base` says what they have in common)."""

from types import ModuleType

from muster.notifications.channels import console, email, file, group_bot, sms
from muster.notifications.enums import Channel

CHANNELS: dict[str, ModuleType] = {
    Channel.CONSOLE: console,
    Channel.FILE: file,
    Channel.SMS: sms,
    Channel.EMAIL: email,
    Channel.GROUP_BOT: group_bot,
}
