"""What is wrong with files that somebody wrote: each mistake with its file, line and column, many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# More than these are seldom read; the first ones usually explain the rest.
MOST_FAULTS = 20

Figure = str | int | float


class Wrong(Exception):
    """What a cell holds cannot be meant. `code` names the sentence, `figures` go into it."""

    def __init__(self, code: str, **figures: Figure) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


@dataclass(frozen=True)
class Fault:
    """One mistake. `line` counts from 1, 0 where the whole file is meant; `column` is a header, a key or a number."""

    file: str
    line: int
    column: str
    code: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


class BadFiles(Exception):
    """Files that cannot be read as what they should be; `more` says that there are mistakes beyond those listed."""

    def __init__(self, faults: Iterable[Fault], *, more: bool = False) -> None:
        self.faults = tuple(faults)
        self.more = more
        super().__init__(
            "; ".join(f"{one.file}:{one.line}:{one.column}: {one.code} {one.figures}" for one in self.faults)
        )


class Faults:
    """Collects mistakes, file by file in the order in which they are read, and raises them together."""

    def __init__(self) -> None:
        self._files: dict[str, list[tuple[int, int, Fault]]] = {}

    def add(self, file: str, line: int, column: str, wrong: Wrong, place: int = 0) -> None:
        """`place`: where the column stands in its line, so that a line's mistakes come from left to right."""
        found = self._files.setdefault(file, [])
        found.append((line, place, Fault(file, line, column, wrong.code, wrong.figures)))

    def count(self, file: str) -> int:
        """How many were found in that file."""
        return len(self._files.get(file, ()))

    @property
    def enough(self) -> bool:
        """More would not be shown."""
        return sum(map(len, self._files.values())) > MOST_FAULTS

    def raise_any(self) -> None:
        """Raises BadFiles when there was any mistake."""
        found = [
            fault
            for rows in self._files.values()
            for _, _, fault in sorted(rows, key=lambda row: (row[0], row[1]))
        ]
        if found:
            raise BadFiles(found[:MOST_FAULTS], more=len(found) > MOST_FAULTS)
