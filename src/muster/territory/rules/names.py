"""Names of divisions: how people say them, what kind they tell, and the keys under which a search finds them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin, load_phrases_dict, load_single_dict

from muster.territory.enums import DivisionKind

KEY_LENGTH = 12
# Place names that the common reading gets wrong.
_READINGS = {
    "荥经": [["yíng"], ["jīng"]],
    "筠连": [["jūn"], ["lián"]],
    "长宁": [["cháng"], ["níng"]],
    "什邡": [["shí"], ["fāng"]],
    "郫都": [["pí"], ["dū"]],
    "朝阳": [["cháo"], ["yáng"]],
    "朝天": [["cháo"], ["tiān"]],
    "乐至": [["lè"], ["zhì"]],
    "色达": [["sè"], ["dá"]],
    "荥河": [["yíng"], ["hé"]],
    "华弹": [["huá"], ["tán"]],
    # Cypresses and people, not Berlin and an orchestra.
    "柏林": [["bǎi"], ["lín"]],
    "民乐": [["mín"], ["lè"]],
}
# Marks that read otherwise in the name of a place than alone: 新都, 长松村, 曾家镇, 什地镇.
_MARKS = {"都": "dū,dōu", "长": "cháng,zhǎng", "曾": "zēng,céng", "什": "shí,shén"}
# The tails of nearly all names, longest first, with their readings: read once instead of 37,000 times.
_TAILS = {
    "街道": "jie dao",
    "社区": "she qu",
    "居委会": "ju wei hui",
    "村": "cun",
    "镇": "zhen",
    "乡": "xiang",
}
_VILLAGE = re.compile(r"^(?P<stem>.+?)村?村(?:民)?委(?:员)?会$")
_COMMUNITY = re.compile(r"^(?P<stem>.+社区)(?:居民)?(?:居委会|委员会?)$")
_RESIDENTS = re.compile(r"^(?P<stem>.+?)居(?:民)?委(?:员)?会$")
# Units with the code of a community that are a prison, a reserve or a farm.
_NO_COMMUNITY = re.compile(r"虚拟|监狱|管理区$|生活区$")
_OFFICE = re.compile(r"(?:(?<=街道)办事处|(?<=街道)办|(?:居民|村民)?委员会|居委会|村委会)$")

load_phrases_dict(_READINGS)
load_single_dict({ord(mark): readings for mark, readings in _MARKS.items()})


@lru_cache(maxsize=65536)
def short_name(name: str) -> str:
    """The name as people say it: 武侯祠社区居民委员会 is 武侯祠社区, 青㭎村民委员会 is 青㭎村."""
    if match := _COMMUNITY.match(name):
        return match["stem"]
    if match := _VILLAGE.match(name):
        stem = match["stem"]
        return stem if stem.endswith("社区") else f"{stem}村"
    if match := _RESIDENTS.match(name):
        return f"{match['stem']}居委会"
    return name


def kind_of(name: str, code: int) -> str:
    """Whether a lowest-level division is a community or a village.

    The last three digits decide (001-199 residents' committees, 200-399 villagers' committees). Four names say village
    where the code says community; the code is right. From 400 on the code says nothing and the name decides.
    """
    segment = code % 1000
    if segment < 200:
        return DivisionKind.COMMUNITY
    if segment < 400:
        return DivisionKind.VILLAGE
    is_community = name.endswith("社区") and not _NO_COMMUNITY.search(name)
    return DivisionKind.COMMUNITY if is_community else DivisionKind.OTHER


@dataclass(frozen=True)
class Spelling:
    """A name in Latin letters: "jin li she qu" and "jlsq"."""

    pinyin: str
    initials: str


def spelling_of(name: str) -> Spelling:
    """The pinyin of a short name without tones, syllables apart, and its initials; digits stay as they are."""
    tail = next((tail for tail in _TAILS if name.endswith(tail) and name != tail), "")
    stem = name.removesuffix(tail)
    syllables = [part for part in map(_letters, lazy_pinyin(stem)) if part]
    syllables += _TAILS.get(tail, "").split()
    return Spelling(" ".join(syllables), "".join(syllable[0] for syllable in syllables))


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _han(text: str) -> str:
    """The text without marks: a search for 甲西村左翼 finds 甲西村（左翼）村."""
    return "".join(mark for mark in text if mark.isalnum())


def keys_of(name: str) -> list[str]:
    """Everything under which a short name is found: its marks, its pairs of marks, and the beginnings of its spellings."""
    return keys_for(name, spelling_of(name))


def keys_for(name: str, spelling: Spelling) -> list[str]:
    """The same where the spelling is known already."""
    han = _han(name)
    keys = set(han) | {han[i : i + 2] for i in range(len(han) - 1)}
    for text in (spelling.pinyin.replace(" ", ""), spelling.initials):
        keys |= {text[:length] for length in range(2, min(len(text), KEY_LENGTH) + 1)}
    return sorted(keys)


def keys_wanted(text: str) -> list[str]:
    """The keys that a division must all have to be found by `text`; none where there is nothing to search for."""
    han = _han(normal(text))
    if not han:
        return []
    if han.isascii():
        return [han[:KEY_LENGTH]]
    return [han] if len(han) == 1 else sorted({han[i : i + 2] for i in range(len(han) - 1)})


def normal(text: str) -> str:
    """One form for what people type: full-width to half-width, lower case, without the office that stands for the place."""
    plain = unicodedata.normalize("NFKC", text).replace("\0", "").strip().lower()
    # v is what a keyboard for pinyin has for ü.
    return _OFFICE.sub("", plain.replace("ü", "v"))
