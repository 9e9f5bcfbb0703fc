"""The translations: every package keeps its own part, `src/locale/parts/<language>/<name>.po`.

    python tools/messages.py compile    all parts of a language become the one catalogue that Django reads
    python tools/messages.py check      fails when a string of the code has no translation, or parts disagree
    python tools/messages.py missing    prints what is missing, ready to be pasted into a part

Neither needs gettext to be installed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
LANGUAGES = {"zh_Hans": "nplurals=1; plural=0;"}
# How many leading arguments are text, and whether the first of them is a context.
FUNCTIONS = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (2, True),
    "pgettext_lazy": (2, True),
    "npgettext": (3, True),
    "npgettext_lazy": (3, True),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


@dataclass(frozen=True)
class Message:
    """A string of the code, and where it was seen first."""

    context: str
    singular: str
    plural: str
    place: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.singular


def main(order: str) -> int:
    """0 when all is well."""
    if order == "compile":
        for language in LANGUAGES:
            compile_catalogue(language)
        return 0
    problems = 0
    for language in LANGUAGES:
        entries, disagreements = read_parts(language)
        missing = [message for message in used() if not _translated(entries.get(message.key), message)]
        if order == "missing":
            _print_entries(missing)
            continue
        for message in missing:
            print(f"{language}: no translation of {message.singular!r} ({message.place})")
        found = [*disagreements, *(line for entry in entries.values() for line in _misplaced(entry))]
        print(*(f"{language}: {line}" for line in found), sep="\n", end="\n" if found else "")
        print(f"{language}: {len(used()) - len(missing)} of {len(used())} strings translated.")
        problems += len(missing) + len(found)
    return 1 if problems else 0


def compile_catalogue(language: str) -> None:
    """Write `django.mo`; Django needs no other form of the catalogue."""
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": LANGUAGES[language]}
    catalogue.extend(read_parts(language)[0].values())
    folder = SOURCE / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))


def read_parts(language: str) -> tuple[dict[tuple[str, str], polib.POEntry], list[str]]:
    """Entries of all parts by context and msgid, and the sentences that two parts translate differently."""
    entries: dict[tuple[str, str], polib.POEntry] = {}
    disagreements = []
    for part in sorted((SOURCE / "locale" / "parts" / language).glob("*.po")):
        for entry in polib.pofile(str(part)):
            key = (entry.msgctxt or "", entry.msgid)
            known = entries.setdefault(key, entry)
            if (known.msgstr, known.msgstr_plural) != (entry.msgstr, entry.msgstr_plural):
                disagreements.append(f"{part.name} translates {entry.msgid!r} differently from another part")
    return entries, disagreements


def used() -> list[Message]:
    """Every translatable string of code and templates, each once."""
    found: dict[tuple[str, str], Message] = {}
    for message in (*_in_python(), *_in_templates()):
        known = found.get(message.key)
        if known is None or (message.plural and not known.plural):
            found[message.key] = message
    return sorted(found.values(), key=lambda message: message.place)


def _in_python() -> Iterator[Message]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _calls(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


def _in_templates() -> Iterator[Message]:
    from django.utils.translation.template import templatize  # noqa: PLC0415 - compiling needs no Django

    call = re.compile(r"\b(?:_|n?p?gettext)\((?=u?['\"])")
    for path in sorted((SOURCE / "templates").rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"))
        for start in call.finditer(code):
            place = f"{path.relative_to(ROOT)}:{code.count(chr(10), 0, start.start()) + 1}"
            yield from _calls(_first_call(code[start.start() :]), place, numbered=True)


def _first_call(code: str) -> str:
    """The call that `code` begins with: what `templatize` puts around it is no Python."""
    for end in (found.end() for found in re.finditer(r"\)", code)):
        try:
            ast.parse(code[:end])
        except SyntaxError:
            continue
        return code[:end]
    raise SystemExit(f"No call in {code[:80]!r}")


def _calls(code: str, place: str, *, numbered: bool = False) -> Iterator[Message]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        count, has_context = FUNCTIONS.get(name, (0, False))
        texts = node.args[:count]
        if not count or len(texts) < count:
            continue
        where = place if numbered else f"{place}:{node.lineno}"
        if any(isinstance(text, ast.JoinedStr | ast.BinOp) for text in texts):
            raise SystemExit(f"{where}: a translatable string must be one literal, not put together")
        values = [
            text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)
        ]
        if len(values) == count:
            context, *rest = values if has_context else ["", *values]
            yield Message(context, rest[0], rest[1] if len(rest) > 1 else "", where)


def _translated(entry: polib.POEntry | None, message: Message) -> bool:
    if entry is None or entry.fuzzy:
        return False
    return bool(entry.msgstr_plural.get(0)) if message.plural else bool(entry.msgstr)


def _misplaced(entry: polib.POEntry) -> Iterator[str]:
    """A placeholder that the translation invents breaks the page; one that it drops hides a fact."""
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    text = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
    if text and set(PLACEHOLDER.findall(text)) != wanted:
        yield f"placeholders differ in {entry.msgid!r} → {text!r}"


def _print_entries(messages: list[Message]) -> None:
    for message in messages:
        entry = polib.POEntry(
            msgctxt=message.context or None,
            msgid=message.singular,
            msgid_plural=message.plural,
            msgstr_plural={0: ""} if message.plural else {},
            comment="",
            occurrences=[(message.place.rpartition(":")[0], message.place.rpartition(":")[2])],
        )
        print(entry)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
