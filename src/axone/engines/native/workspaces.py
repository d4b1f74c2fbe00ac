"""Workspaces of a compiled plan, lent to one call or one run at a time.

One that is given back waits for the next borrower of its size: its memory need not be asked for and
zeroed again, and its threads go on living.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

_MOST_IDLE = 4
"""Of one size, kept for the next borrower; more are made while more are needed."""


@dataclass(frozen=True)
class Borrowed:
    """A workspace in the hands of one borrower.

    Attributes
    ----------
    workspace : Workspace32 or Workspace64
    home : deque
        Where it waits once it is given back.
    """

    workspace: Any
    home: deque[Any]

    def give_back(self) -> None:
        """Let others have it; this borrower must not use it any more."""
        self.home.append(self.workspace)

    def __enter__(self) -> Any:
        """Return the workspace, for the time of a `with`."""
        return self.workspace

    def __exit__(self, *_: object) -> None:
        self.give_back()


class Workspaces:
    """All workspaces of a plan that nobody uses.

    Parameters
    ----------
    plan : Plan32 or Plan64
        The compiled plan, which makes them.
    """

    def __init__(self, plan: Any) -> None:
        self._plan = plan
        # A deque's ends may be taken from and given to by any thread at once; what is more than
        # its length falls off the other end.
        self._idle: dict[tuple[int, int, int], deque[Any]] = {}

    def borrow(self, batch_size: int, capacity: int, threads: int) -> Borrowed:
        """Return one for steps of `batch_size` rows and passes of up to `capacity`."""
        size = (batch_size, capacity, threads)
        home = self._idle.get(size)
        if home is None:
            home = self._idle.setdefault(size, deque(maxlen=_MOST_IDLE))
        try:
            return Borrowed(home.pop(), home)
        except IndexError:
            return Borrowed(self._plan.workspace(*size), home)
