"""The language of a terminal, for commands without Django: Chinese where the environment asks for it, else English."""

import gettext
import os
from collections.abc import Callable
from pathlib import Path

CATALOGUES = Path(__file__).resolve().parents[1] / "locale"


def sentences() -> Callable[[str], str]:
    """What finds the words of this terminal for an English sentence; a copy without compiled catalogues speaks English."""
    # In the order in which programs on a terminal look.
    asked = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not asked.lower().startswith("zh"):
        return gettext_noop
    return gettext.translation("django", CATALOGUES, languages=["zh_Hans"], fallback=True).gettext


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the translators where it is written, long before anybody knows the language."""
    return sentence
