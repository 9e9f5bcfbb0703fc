"""docs/reference/ is written from the code: `check` fails when it is out of date, `write` brings it up to date.

Read statically, so that neither a database nor a running copy is needed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
FOLDER = ROOT / "docs" / "reference"
APPS = sorted(path.parent.name for path in (SOURCE / "muster").glob("*/apps.py"))
VERB = re.compile(rf"({'|'.join(APPS)})\.[a-z_]+\.[a-z_]+")
# What auditors read in place of the verbs; it writes none.
SENTENCES = SOURCE / "muster" / "audit" / "rules" / "words.py"
HEAD = "<!-- Written by `make reference`; a check fails when it is out of date. -->\n"


def main(order: str) -> int:
    """1 when `check` finds a page that is not what the code says."""
    pages = {
        "refusals.md": refusals(),
        "verbs.md": verbs(),
        "states.md": states(),
        "settings.md": settings(),
        "jobs.md": jobs(),
    }
    stale = [name for name, text in pages.items() if _old(name) != text]
    if order == "write":
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (FOLDER / name).write_text(pages[name], encoding="utf-8")
        return 0
    for name in stale:
        print(f"docs/reference/{name} is out of date; run `make reference`")
    return 1 if stale else 0


def refusals() -> str:
    """Every code with which a deed is refused, where, and in which words."""
    rows: dict[str, set[tuple[str, str]]] = {}
    for path, node in _calls("Refused"):
        for code in _texts(node.args[0]) if node.args else []:
            words = [text for argument in node.args[1:2] for text in _all_texts(argument)]
            rows.setdefault(code, set()).add((_package(path), words[0] if words else ""))
    lines = [
        f"| `{code}` | {', '.join(sorted({where for where, _ in seen}))} | {_first_words(seen)} |"
        for code, seen in sorted(rows.items())
    ]
    return _page(
        "Refusals",
        "A deed that Muster does not do is refused with a stable code and a sentence for the person.",
        ["| Code | Packages | Sentence |", "|---|---|---|", *lines],
    )


def verbs() -> str:
    """Every verb of the audit trail."""
    found: dict[str, set[str]] = {}
    for path, tree in _trees():
        if path == SENTENCES:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VERB.fullmatch(node.value):
                found.setdefault(node.value, set()).add(str(path.relative_to(SOURCE)))
    lines = [
        f"| `{verb}` | {', '.join(f'`{one}`' for one in sorted(where))} |"
        for verb, where in sorted(found.items())
    ]
    return _page(
        "Verbs of the trail", "What the audit trail can say.", ["| Verb | Written by |", "|---|---|", *lines]
    )


def states() -> str:
    """Every set of states, and the moves between them where a table allows them."""
    lines: list[str] = []
    for path, tree in _trees():
        if "enums" not in path.stem and path.parent.name != "enums":
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("State"):
                lines += ["", f"## {_package(path)}: {node.name}", "", "| State | In words |", "|---|---|"]
                lines += [f"| `{value}` | {words} |" for value, words in _choices(node)]
                lines += _moves(tree, node.name)
    return _page(
        "States", "Rows move only as these tables allow; actions claim a move and look at the count.", lines
    )


def settings() -> str:
    """Every variable of the environment that this copy reads."""
    found: dict[str, str] = {}
    for path in sorted((SOURCE / "config").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func)
            if re.fullmatch(r"env\.\w+|secret|os\.environ\.get", called):
                for name in _texts(node.args[0]):
                    given = [
                        keyword.value for keyword in node.keywords if keyword.arg == "default"
                    ] or node.args[1:2]
                    default = "generated, kept in the data folder" if called == "secret" else ""
                    found[name] = (
                        default or (f"`{ast.unparse(given[0])}`" if given else "") or found.get(name, "")
                    )
    lines = [f"| `{name}` | {default} |" for name, default in sorted(found.items())]
    return _page(
        "Settings",
        "All of them come from the environment. `config/settings.py` says what each is for.",
        ["| Variable | Where it is not set |", "|---|---|", *lines],
    )


def jobs() -> str:
    """Every job of the queue."""
    found = {
        (name, _package(path), called)
        for called in ("task", "periodic")
        for path, node in _calls(called)
        for name in (_texts(node.args[0]) if node.args else [])
    }
    lines = [f"| `{name}` | {package} | {called} |" for name, package, called in sorted(found)]
    return _page(
        "Jobs",
        "Every one may run twice: each is written so that the second run changes nothing.",
        ["| Job | Package | Declared by |", "|---|---|---|", *lines],
    )


def _moves(tree: ast.Module, name: str) -> list[str]:
    """A drawing of a table `..._MOVES: {State.A: {State.B, ...}}` whose keys are states of `name`."""
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        keys = value.keys if isinstance(value, ast.Dict) else []
        if not keys or not all(
            isinstance(key, ast.Attribute) and ast.unparse(key.value) == name for key in keys
        ):
            continue
        assert isinstance(value, ast.Dict)  # noqa: S101 - for the type checker; `keys` came from it
        arrows = [
            f"    {ast.unparse(key).rpartition('.')[2].lower()} --> {ast.unparse(end).rpartition('.')[2].lower()}"
            for key, targets in zip(value.keys, value.values, strict=True)
            for end in ast.walk(targets)
            if key is not None and isinstance(end, ast.Attribute) and ast.unparse(end.value) == name
        ]
        return ["", "```mermaid", "stateDiagram-v2", *arrows, "```"]
    return []


def _choices(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for line in node.body:
        if isinstance(line, ast.Assign):
            texts = _all_texts(line.value)
            yield texts[0], texts[1] if len(texts) > 1 else ""


def _calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
                yield path, node


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((SOURCE / "muster").rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _texts(node: ast.expr) -> list[str]:
    """The literal, or both literals of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _all_texts(node: ast.expr) -> list[str]:
    return [
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def _package(path: Path) -> str:
    return path.relative_to(SOURCE / "muster").parts[0]


def _first_words(seen: set[tuple[str, str]]) -> str:
    return next((words.replace("|", "\\|") for _, words in sorted(seen) if words), "")


def _page(title: str, lead: str, lines: list[str]) -> str:
    return "\n".join([HEAD, f"# {title}", "", lead, "", *lines]) + "\n"


def _old(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
