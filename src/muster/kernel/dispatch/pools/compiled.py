"""Loops that arrays cannot say, compiled to machine code when first called and kept on disk for the next process.

Importing this takes most of a second and 100 MB, so it is imported where a search is large enough to earn it back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The same function as machine code. It knows arrays, numbers and other compiled functions, nothing else of Python.

    What is kept on disk goes by the file of the function alone: functions that call each other belong into one file.
    """
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:
        # No directory to keep it in; then every process compiles for itself.
        return cast(F, numba.njit(nogil=True)(function))
