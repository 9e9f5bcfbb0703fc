"""`python -m config.child COMMAND…` becomes the command, and ends with its parent.

A supervisor that is killed with -9 can stop nobody any more; the kernel does it for him.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(command: list[str], parent: int) -> None:
    """Replace this process by `command`, unless the parent is gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606 - the command is the supervisor's own, no shell reads it


if __name__ == "__main__":
    main(sys.argv[2:], int(sys.argv[1]))
