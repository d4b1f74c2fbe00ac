"""Runs that stay for comparison: where each stood when it was kept, and its curves."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from axone.errors import ConfigurationError
from axone.messages import _
from axone.playground.attempts import Attempt, Moment
from axone.playground.designs import Design
from axone.playground.numbers import evenly, finite
from axone.training import History

MOST_KEPT = 8
"""Runs that are compared."""

LONGEST_NAME = 60

_MOST_EPOCHS = 400
"""Of a curve."""


@dataclass(eq=False)
class KeptRun:
    """A run that stays for comparison.

    Attributes
    ----------
    number : int
    name : str
    design : Design
    moment : Moment
    """

    number: int
    name: str
    design: Design
    moment: Moment

    def to_data(self) -> dict[str, Any]:
        """Describe it with its curves."""
        return {
            "run": self.number,
            "name": self.name,
            "design": self.design.data,
            "epochs": self.moment.checkpoint.state.epoch,
            "seconds": round(self.moment.seconds, 3),
            "parameters": self.design.prepared.network.layout.size,
            "curves": _curves(self.moment.checkpoint.history),
        }


class KeptRuns:
    """Those that are kept, by number."""

    def __init__(self) -> None:
        self._runs: dict[int, KeptRun] = {}
        self._numbers = count(1)

    def keep(self, attempt: Attempt, name: Any = None) -> None:
        """Keep a run as it stands, under a name or its number.

        Raises
        ------
        ConfigurationError
            So many are kept that no more can be told apart.
        """
        if len(self._runs) >= MOST_KEPT:
            raise ConfigurationError(
                _("{most} runs are kept already: drop one of them", most=MOST_KEPT)
            )
        number = next(self._numbers)
        own = isinstance(name, str) and name.strip()
        words = name.strip() if own else str(_("run {number}", number=number))
        self._runs[number] = KeptRun(number, words[:LONGEST_NAME], attempt.design, attempt.moment())

    def rename(self, number: Any, name: str) -> None:
        """Call a run otherwise."""
        self.find(number).name = name.strip()[:LONGEST_NAME]

    def drop(self, number: Any) -> None:
        """Keep a run no longer."""
        del self._runs[self.find(number).number]

    def find(self, number: Any) -> KeptRun:
        """Return the run of a number.

        Raises
        ------
        ConfigurationError
            There is none.
        """
        known = isinstance(number, int) and not isinstance(number, bool) and number in self._runs
        if not known:
            raise ConfigurationError(_("no run {number!r} is kept", number=number))
        return self._runs[number]

    def to_data(self) -> list[dict[str, Any]]:
        """Describe the runs, each with its curves."""
        return [run.to_data() for run in self._runs.values()]


def _curves(history: History) -> dict[str, list[float | None]]:
    chosen = evenly(history.epochs, _MOST_EPOCHS).tolist()
    return {name: [finite(column[n]) for n in chosen] for name, column in history.items()}
