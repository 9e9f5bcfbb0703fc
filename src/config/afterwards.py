"""`python -m config.afterwards COMMAND…` waits until its standard input closes, then becomes the command.

Whoever holds the other end of the pipe need not come to an orderly end: the kernel closes it after kill -9, too.
"""

import os
import sys


def main(command: list[str]) -> None:
    """Wait for the end of standard input, then replace this process by `command`."""
    sys.stdin.buffer.read()
    os.execvp(command[0], command)  # noqa: S606 - the command is the supervisor's own, no shell reads it


if __name__ == "__main__":
    main(sys.argv[1:])
