"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from config import binaries


def describe() -> str:
    """Processor, cores, memory, Python and PostgreSQL, and how busy the machine was, in one line."""
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB, Python {platform.python_version()}, "
        f"{postgres()}, load {os.getloadavg()[0]:.1f} at the start"
    )


def processor() -> str:
    """The processor's own name for itself."""
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def memory_gib() -> float:
    """Memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def postgres() -> str:
    """The PostgreSQL that a copy started here would use."""
    try:
        return f"PostgreSQL {binaries.found()[0].version}"
    except (binaries.NoPostgres, IndexError):
        return "no PostgreSQL"


def memory_of(process_ids: list[int]) -> int:
    """Bytes that these processes hold together; memory they share is shared out (proportional set size)."""
    held = 0
    for process_id in process_ids:
        for line in _lines(f"/proc/{process_id}/smaps_rollup"):
            if line.startswith("Pss:"):
                held += int(line.split()[1]) * 1024
    return held


def processor_seconds_of(process_id: int) -> float:
    """Processor time of a process and of those children of it that have ended; 0 when it is gone."""
    for line in _lines(f"/proc/{process_id}/stat"):
        ticks = line.rsplit(")", 1)[1].split()[11:15]
        return sum(int(tick) for tick in ticks) / os.sysconf("SC_CLK_TCK")
    return 0.0


def descendants(process_id: int) -> list[int]:
    """The process and all it has started."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout  # noqa: S607 - ps is where the system keeps it
    parent = {int(pid): int(ppid) for pid, ppid in (line.split() for line in table.splitlines())}
    family = [process_id]
    for member in family:
        family.extend(pid for pid, ppid in parent.items() if ppid == member)
    return family


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
