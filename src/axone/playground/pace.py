"""How fast the bench learns: at a pace that somebody chose, and at which speed by the clock."""

import time
from dataclasses import dataclass

_LOOKED_AT = 0.5
"""Seconds over which a speed is measured."""

_LATE = 0.5
"""Seconds that are made up for where epochs came late."""


@dataclass
class Pace:
    """When the next epoch is due.

    Attributes
    ----------
    per_second : float or None
        Epochs; as many as there can be if None.
    """

    per_second: float | None = None
    _due: float = 0.0

    def begin(self) -> None:
        """Let the next epoch be due now."""
        self._due = time.monotonic()

    def epoch_ended(self) -> None:
        """Let the next epoch be due when it is its turn."""
        if self.per_second is not None:
            self._due = max(self._due + 1 / self.per_second, time.monotonic() - _LATE)

    def seconds_to_wait(self) -> float:
        """Return how long it is until then; 0 where nobody waits."""
        return 0.0 if self.per_second is None else max(0.0, self._due - time.monotonic())


@dataclass
class Speed:
    """Epochs a second by the clock, over the last second or so.

    Attributes
    ----------
    per_second : float
        0 until there is something to tell.
    """

    per_second: float = 0.0
    _since: tuple[float, float] | None = None

    def see(self, progress: float) -> None:
        """Be told how many epochs are made by now."""
        now = time.monotonic()
        if self._since is None:
            self._since = now, progress
            return
        seconds, epochs = now - self._since[0], progress - self._since[1]
        if seconds > _LOOKED_AT or not self.per_second:
            self.per_second = epochs / max(seconds, 1e-3)
        if seconds > _LOOKED_AT:
            self._since = now, progress
