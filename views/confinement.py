"""Child processes for what may be hostile or endless (threats 56 and 57): how one is started, and how it bounds itself.

A child is a module of ours that is run apart (`python -m MODULE ... MEGABYTES SECONDS`): what it is given comes on stdin, what it
answers goes to stdout, and it calls `confine` before it looks at a byte. Where a parser crashes, hangs or is taken over, the server
goes on, and nothing that it knows was within reach.
"""

import math
import os
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
#: What a child knows of our environment: where this machine keeps its libraries and fonts. No secret of ours is among it.
LET_THROUGH = ("LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_PATH")


class Busy(Exception):
    """Every place was taken for as long as one waits for a turn."""


class TooLong(Exception):
    """A child was ended, because its time was over."""


@dataclass(frozen=True)
class Limits:
    """What one child may take: seconds to wait for its turn, seconds to work, megabytes of memory (on Linux)."""

    turn: float
    seconds: float
    megabytes: int


class Children:
    """A module of ours that a server process runs in children, `at_once` of them at the same time."""

    def __init__(self, module: str, at_once: int) -> None:
        self._module = module
        self._places = threading.BoundedSemaphore(at_once)

    def run(self, given: bytes, limits: Limits, *arguments: str, **environment: str) -> tuple[int, bytes]:
        """(exit status, answer) of one child. Raises Busy or TooLong."""
        if not self._places.acquire(timeout=limits.turn):
            raise Busy
        try:
            done = subprocess.run(
                [sys.executable, "-m", self._module, *arguments, str(limits.megabytes), str(math.ceil(limits.seconds) + 1)],
                # Its complaints quote what it was given, so they go nowhere.
                cwd=FOLDER, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_passed_on() | environment,
                timeout=limits.seconds, check=False,
            )
        except subprocess.TimeoutExpired:
            raise TooLong from None
        finally:
            self._places.release()
        return done.returncode, done.stdout


def _passed_on() -> dict[str, str]:
    ours = {
        "LC_ALL": "C.UTF-8",
        # Where Python looks for a library it would start a compiler, which leaves files behind. Here it finds none.
        "PATH": os.devnull,
    }
    return {name: os.environ[name] for name in LET_THROUGH if name in os.environ} | ours


def confine(megabytes: int, seconds: int) -> None:
    """Bounds this process for good: memory, processor time (should nobody be left to end it), no file written, no core dump."""
    bounds = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    # macOS knows this limit and refuses to set it.
    if sys.platform == "linux":
        bounds[resource.RLIMIT_AS] = megabytes * 1024 * 1024
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))
