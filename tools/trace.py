"""Which clauses of the notice have a proof: `python tools/trace.py` reads the tests, it does not run them.

A test that proves a clause says so, `@pytest.mark.req("R2.3")`, on itself, on its class, or for its file in `pytestmark`.
"""

import ast
import csv
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """1 when a test names a clause that does not exist."""
    clauses = read_clauses()
    proofs = collect(ROOT / "tests")
    for number, clause in clauses.items():
        tests = proofs.get(number, [])
        print(f"{number:6} {len(tests):3}  {_short(clause)}")
        for test in tests[:3]:
            print(f"            {test}")
        if len(tests) > 3:
            print(f"            and {len(tests) - 3} more")
    proven = [number for number in clauses if number in proofs]
    unknown = sorted(set(proofs) - set(clauses))
    print(f"\n{len(proven)} of {len(clauses)} clauses have a proof; none yet: {_ranges(clauses, proofs)}")
    if unknown:
        print(f"Tests name clauses that are not in docs/requirements.csv: {', '.join(unknown)}")
    return 1 if unknown else 0


def read_clauses() -> dict[str, str]:
    """The wording of each clause by its number, in the order of the notice."""
    with (ROOT / "docs" / "requirements.csv").open(encoding="utf-8", newline="") as file:
        return {row["req_id"]: row["clause_zh"] for row in csv.DictReader(file)}


def collect(folder: Path) -> dict[str, list[str]]:
    """The tests that name a clause, by clause."""
    proofs: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _visit(tree.body, f"{path.relative_to(folder.parent)}", _of_file(tree), proofs)
    return dict(proofs)


def _visit(body: list[ast.stmt], place: str, inherited: list[str], proofs: dict[str, list[str]]) -> None:
    for node in body:
        if isinstance(node, ast.ClassDef):
            _visit(node.body, f"{place}::{node.name}", [*inherited, *_marks(node.decorator_list)], proofs)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for number in dict.fromkeys([*inherited, *_marks(node.decorator_list)]):
                proofs[number].append(f"{place}::{node.name}")


def _of_file(tree: ast.Module) -> list[str]:
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)
    ]
    return _marks(
        [one for value in values for one in (value.elts if isinstance(value, ast.List) else [value])]
    )


def _marks(expressions: list[ast.expr]) -> list[str]:
    return [
        argument.value
        for call in expressions
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "req"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def _short(clause: str) -> str:
    return clause if len(clause) <= 40 else clause[:39] + "…"


def _ranges(clauses: dict[str, str], proofs: dict[str, list[str]]) -> str:
    """`R1.2 R1.4–R1.6`: neighbours joined, so that the line stays readable."""
    runs: list[list[str]] = []
    fresh = True
    for number in clauses:
        if number in proofs:
            fresh = True
            continue
        if fresh or not runs:
            runs.append([])
        runs[-1].append(number)
        fresh = False
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs) or "none"


if __name__ == "__main__":
    sys.exit(main())
