"""How far the scores of several trainings lie apart: over folds, or over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from axone.experiments.measuring import Scores

_COUNTS = ("right", "of")
"""What counts rows and is no score."""

_DIGITS = 6


@dataclass(frozen=True)
class Spread:
    """A score over several trainings.

    Attributes
    ----------
    mean : float
    deviation : float
        Standard deviation, the root of the mean square (divided by n, as scikit-learn's users have
        it and as `axone tune` shows it).
    minimum, maximum : float
    """

    mean: float
    deviation: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Summarise at least one value."""
        array = np.asarray(values, dtype=np.float64)
        found = (array.mean(), array.std(), array.min(), array.max())
        return cls(*(round(float(value), _DIGITS) for value in found))

    def to_data(self) -> dict[str, float]:
        """Describe it as JSON holds it."""
        return {
            "mean": self.mean,
            "deviation": self.deviation,
            "min": self.minimum,
            "max": self.maximum,
        }


def spreads(trainings: Sequence[Scores]) -> dict[str, Spread | None]:
    """Return the spread of every score that all trainings have; None where one is not finite."""
    names = [
        name
        for name in (trainings[0] if trainings else ())
        if name not in _COUNTS and all(name in scores for scores in trainings)
    ]
    found: dict[str, Spread | None] = {}
    for name in names:
        values = [value for scores in trainings if (value := scores[name]) is not None]
        found[name] = Spread.of(values) if len(values) == len(trainings) else None
    return found


def spreads_data(found: Mapping[str, Spread | None]) -> dict[str, dict[str, float] | None]:
    """Describe spreads as JSON holds them."""
    return {name: None if spread is None else spread.to_data() for name, spread in found.items()}
