"""The values that one setting may take: some choices, or a range of numbers."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

GRID_POINTS = 4
"""How many values of a range a grid takes, unless it says so itself."""


@dataclass(frozen=True)
class Choices:
    """A setting that takes one of several values.

    Parameters
    ----------
    values : tuple
        As an experiment file writes them: numbers, words, lists, tables.
    """

    values: tuple[Any, ...]

    @property
    def labels(self) -> list[str | int | float | bool | None]:
        """What stands for each value in a study, which can hold neither lists nor tables."""
        return [_label(value) for value in self.values]

    def grid(self) -> list[Any]:
        """Return the labels, all of them."""
        return self.labels

    def sampled(self) -> Any:
        """Return what scikit-learn's `ParameterSampler` draws from."""
        return self.labels

    def cast(self, drawn: Any) -> Any:
        """Return the label as Python has it."""
        return drawn.item() if isinstance(drawn, np.generic) else drawn

    def distribution(self) -> "BaseDistribution":
        """Return Optuna's description."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.labels)

    def value(self, label: Any) -> Any:
        """Return the value that a label stands for."""
        return self.values[self.labels.index(label)]

    def to_data(self) -> Any:
        """Describe as a file would."""
        return list(self.values)

    def extremes(self) -> tuple[Any, ...]:
        """Return the values that show whether all can be carried out."""
        return self.values


@dataclass(frozen=True)
class Range:
    """A setting that takes any number between two.

    Parameters
    ----------
    low, high : float
        Both included.
    log : bool
        Whether factors matter, not differences: learning rates, penalties.
    step : float, optional
        Only ``low``, ``low + step``, … up to ``high``.
    integer : bool
        Whole numbers only.
    points : int
        How many values a grid takes.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    integer: bool = False
    points: int = GRID_POINTS

    def grid(self) -> list[Any]:
        """Return evenly spaced values, on the logarithmic scale if so asked."""
        if self.step is not None:
            count = int((self.high - self.low) / self.step + 1e-9) + 1
            values = self.low + self.step * np.arange(count)
        else:
            spaced = np.geomspace if self.log else np.linspace
            values = spaced(self.low, self.high, self.points)
        return list(dict.fromkeys(self.cast(value) for value in values))

    def sampled(self) -> Any:
        """Return what scikit-learn's `ParameterSampler` draws from."""
        from scipy import stats

        if self.step is not None:
            return self.grid()
        if self.log:
            # Half a unit to either side gives the ends of whole numbers their share.
            margin = 0.5 if self.integer else 0.0
            return stats.loguniform(self.low - margin, self.high + margin)
        if self.integer:
            return stats.randint(int(self.low), int(self.high) + 1)
        return stats.uniform(self.low, self.high - self.low)

    def cast(self, drawn: Any) -> Any:
        """Return the number within the bounds, to six digits: more would only clutter a file."""
        number = float(f"{float(drawn):.6g}")
        number = min(max(number, self.low), self.high)
        return round(number) if self.integer else float(number)

    def distribution(self) -> "BaseDistribution":
        """Return Optuna's description."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.integer:
            step = 1 if self.step is None else int(self.step)
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=step)
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def value(self, label: Any) -> Any:
        """Return the number itself."""
        return label

    def to_data(self) -> Any:
        """Describe as a file would."""
        data: dict[str, Any] = {"low": self.low, "high": self.high}
        return (
            data
            | ({"log": True} if self.log else {})
            | ({"step": self.step} if self.step is not None else {})
        )

    def extremes(self) -> tuple[Any, ...]:
        """Return the values that show whether all can be carried out."""
        ends = (self.low, self.high)
        return tuple(int(end) for end in ends) if self.integer else ends


Parameter = Choices | Range


def _label(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
        return ",".join(map(str, value)) or "none"
    return json.dumps(value, ensure_ascii=False)


def shown(label: Any, digits: int = 3) -> str:
    """Return a value as a table shows it."""
    if isinstance(label, bool) or label is None:
        return str(label).lower()
    return f"{label:.{digits}g}" if isinstance(label, float) else str(label)
