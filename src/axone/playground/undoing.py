"""The attempts of a session: the one that is shown, those before it, and those that were undone.

Each waits with its weights, its past and its rows, so that there are only so many of them, and of
large ones fewer.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.errors import ConfigurationError
from axone.messages import _
from axone.playground.attempts import Attempt

MOST_UNDONE = 12
"""Attempts that can be gone back to."""

MOST_BYTES = 512 * 2**20
"""Of all attempts together; the last one can be gone back to, however large it is."""


class Attempts:
    """What is shown, and what can be gone back to.

    Attributes
    ----------
    shown : Attempt or None
    """

    def __init__(self) -> None:
        self.shown: Attempt | None = None
        self._before: list[Attempt] = []
        self._undone: list[Attempt] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is one before."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether one was undone."""
        return bool(self._undone)

    def begin(self, attempt: Attempt) -> None:
        """Show an attempt, and let the one before be gone back to."""
        if self.shown is not None:
            self._before.append(self.shown)
        self.shown = attempt
        for forgotten in self._undone:
            forgotten.close()
        self._undone = []
        while len(self._before) > MOST_UNDONE or (
            len(self._before) > 1 and bytes_of([attempt, *self._before]) > MOST_BYTES
        ):
            self._before.pop(0).close()

    def replace(self, attempt: Attempt) -> None:
        """Show an attempt in place of the one that is shown, which nobody goes back to."""
        if self.shown is not None:
            self.shown.close()
        self.shown = attempt

    def undo(self) -> None:
        """Show the one before.

        Raises
        ------
        ConfigurationError
            There is none.
        """
        if self.shown is None or not self._before:
            raise ConfigurationError(_("there is nothing to undo"))
        self._undone.append(self.shown)
        self.shown = self._before.pop()

    def redo(self) -> None:
        """Take an undo back.

        Raises
        ------
        ConfigurationError
            Nothing was undone.
        """
        if self.shown is None or not self._undone:
            raise ConfigurationError(_("there is nothing to redo"))
        self._before.append(self.shown)
        self.shown = self._undone.pop()


def bytes_of(attempts: Iterable[Attempt]) -> int:
    """Return about how much memory attempts take: what several of them hold counts once."""
    arrays: dict[int, int] = {}
    own = 0
    for attempt in attempts:
        own += attempt.bytes_of_run
        arrays |= {id(array): array.nbytes for array in _rows(attempt)}
    return own + sum(arrays.values())


def _rows(attempt: Attempt) -> Iterator[NDArray[Any]]:
    prepared = attempt.design.prepared
    for part in prepared.parts.values():
        yield from (each for each in (part.X, part.y, part.mask) if each is not None)
    for raw in (prepared.dataset.X, prepared.dataset.X_test):
        if isinstance(raw, np.ndarray):
            yield raw
