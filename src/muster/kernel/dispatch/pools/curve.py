"""One number for each place, so that places with close numbers are close on the map."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.pools.instance import Floats, Longs

BITS = 15


def curve(x_m: Floats, y_m: Floats) -> Longs:
    """The bits of both directions in turn, from the highest on (Morton order)."""
    at = np.zeros(len(x_m), dtype=np.int64)
    for shift, along in enumerate((x_m, y_m)):
        low = along.min(initial=np.inf)
        wide = max(float(np.ptp(along)) if len(along) else 0.0, 1.0)
        step = ((along - low) / wide * ((1 << BITS) - 1)).astype(np.int64)
        for bit in range(BITS):
            at |= (step >> bit & 1) << (2 * bit + shift)
    return at
