"""What a comparison found: epoch by epoch, and at the end, as objects, as CSV and as JSON."""

import csv
import io
import math
import signal
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

from axone.comparison.exercise import TimedEpoch
from axone.experiments import Prepared
from axone.messages import Message

Ending = Literal["done", "diverged", "interrupted"]

OURS = "axone"
"""The key of Axone among the libraries."""

TITLES = {OURS: "Axone", "sklearn": "scikit-learn", "torch": "PyTorch"}
"""The libraries by their keys, which are the names of their modules."""


@dataclass(frozen=True)
class ComparedEpoch:
    """One epoch of all libraries, each by its key.

    Attributes
    ----------
    epoch : int
        1 for the first.
    timed : dict of str to TimedEpoch
        Training loss and seconds.
    validation : dict of str to float
        Loss of the validation rows; empty if there are none.
    differences : dict of str to float
        Largest |difference| between a weight of Axone's and the same weight of the opponent's.
    """

    epoch: int
    timed: dict[str, TimedEpoch]
    validation: dict[str, float]
    differences: dict[str, float]


@dataclass
class Comparison:
    """A comparison, whole or as far as it has come.

    Attributes
    ----------
    prepared : Prepared
        Its experiment says everything that was decided: run again, it gives the same weights.
    versions : dict of str to str
        Of the libraries that take part, by their keys, Axone first.
    engine : str
        Which of Axone's engines ran.
    engine_reason : Message
        Why that one.
    threads, steps_per_epoch : int
    left_out : dict of str to Message
        Why an opponent takes no part.
    notes : list of Message
        Where the numbers cannot be the same, or a library had help.
    epochs : list of ComparedEpoch
    ending : {"done", "diverged", "interrupted"}
    ended_by : signal.Signals or None
        SIGINT (Ctrl-C) or SIGTERM where it was interrupted.
    largest_change : float
        How far training has moved the weight that it has moved most: a difference of 0 between
        weights that nothing moved would prove nothing.
    """

    prepared: Prepared
    versions: dict[str, str]
    engine: str
    engine_reason: Message
    threads: int
    steps_per_epoch: int
    left_out: dict[str, Message] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)
    epochs: list[ComparedEpoch] = field(default_factory=list)
    ending: Ending = "done"
    ended_by: signal.Signals | None = None
    largest_change: float = 0.0

    @property
    def libraries(self) -> list[str]:
        """The keys of those that take part, Axone first."""
        return list(self.versions)

    @property
    def opponents(self) -> list[str]:
        """The keys of those that take part, Axone left out."""
        return [key for key in self.versions if key != OURS]

    def losses(self, key: str) -> list[float]:
        """Return a library's training loss of every epoch."""
        return [epoch.timed[key].loss for epoch in self.epochs]

    def validation_losses(self, key: str) -> list[float]:
        """Return a library's validation loss of every epoch; empty without validation rows."""
        return [epoch.validation[key] for epoch in self.epochs if key in epoch.validation]

    def differences(self, key: str) -> list[float]:
        """Return the largest difference between Axone's weights and an opponent's, by epoch."""
        return [epoch.differences[key] for epoch in self.epochs]

    def seconds(self, key: str) -> list[float]:
        """Return how long a library trained, by epoch."""
        return [epoch.timed[key].seconds for epoch in self.epochs]

    def typical_seconds(self, key: str) -> float:
        """Return the median of them: one epoch that the machine held up does not count."""
        return median(self.seconds(key)) if self.epochs else math.nan

    def speed_ratio(self, key: str) -> float:
        """Return how many times as fast as this library Axone is."""
        return self.typical_seconds(key) / self.typical_seconds(OURS)

    def to_csv(self) -> str:
        """Return a row an epoch; the columns are ``<key>_<figure>``."""
        text = io.StringIO()
        rows = [_csv_row(epoch) for epoch in self.epochs]
        writer = csv.DictWriter(text, list(rows[0]) if rows else ["epoch"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def to_data(self) -> dict[str, Any]:
        """Return the summary as JSON holds it; a number that is not finite is null."""
        settings = self.prepared.experiment.settings
        return {
            "data": self.prepared.dataset.name,
            "ending": self.ending,
            "epochs": len(self.epochs),
            "steps_per_epoch": self.steps_per_epoch,
            "dtype": settings.dtype,
            "seed": settings.seed,
            "threads": self.threads,
            "engine": self.engine,
            "engine_reason": self.engine_reason,
            "largest_weight_change": _finite(self.largest_change),
            "libraries": {key: self._library(key) for key in self.libraries},
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
        }

    def _library(self, key: str) -> dict[str, Any]:
        described: dict[str, Any] = {"version": self.versions[key]}
        if not self.epochs:
            return described
        described["loss"] = _finite(self.losses(key)[-1])
        if self.validation_losses(key):
            described["validation_loss"] = _finite(self.validation_losses(key)[-1])
        described["seconds_per_epoch"] = self.typical_seconds(key)
        described["total_seconds"] = sum(self.seconds(key))
        if key != OURS:
            differences = self.differences(key)
            described["weight_difference_after_first_epoch"] = _finite(differences[0])
            described["weight_difference"] = _finite(differences[-1])
            described["times_as_long_as_axone"] = self.speed_ratio(key)
        return described


def _csv_row(epoch: ComparedEpoch) -> dict[str, float]:
    return {
        "epoch": epoch.epoch,
        **{f"{key}_loss": each.loss for key, each in epoch.timed.items()},
        **{f"{key}_validation_loss": loss for key, loss in epoch.validation.items()},
        **{f"{key}_weight_difference": size for key, size in epoch.differences.items()},
        **{f"{key}_seconds": each.seconds for key, each in epoch.timed.items()},
    }


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
