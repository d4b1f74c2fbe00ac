"""The history of a run: one row an epoch, as columns by name, and the best epoch of each."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LOWER_IS_BETTER = ("loss",)


class History(Mapping[str, Sequence[float]]):
    """What every epoch showed.

    Columns: `epoch`, `step`, `learning_rate`, `seconds` (since the start), `train_loss`,
    `train_penalty`, `train_accuracy` or `train_r2`; of the epoch's last step `gradient_norm` and
    `dead_units` (share of a layer's ReLU units that are 0 on the whole batch, the worst layer's);
    and with validation data `validation_loss`, `validation_accuracy` or `validation_r2`, for
    classes `validation_recall` and `validation_f1` (means over the classes).

    Examples
    --------
    >>> history = History()
    >>> history.append({"epoch": 1, "train_loss": 0.7})
    >>> history.append({"epoch": 2, "train_loss": 0.4})
    >>> history["train_loss"], history.best_epoch("train_loss")
    ([0.7, 0.4], 2)
    """

    def __init__(self, columns: Mapping[str, Sequence[float]] | None = None) -> None:
        self._columns: dict[str, list[float]] = {}
        self._best: dict[str, tuple[int, int]] = {}
        self._progress: dict[Any, tuple[int, float, int]] = {}
        self.extend(columns or {})

    def append(self, row: Mapping[str, float]) -> None:
        """Add an epoch; every epoch has the same columns."""
        self.extend({name: (value,) for name, value in row.items()})

    def extend(self, columns: Mapping[str, Sequence[float]]) -> None:
        """Add epochs, column by column."""
        for name, values in columns.items():
            self._columns.setdefault(name, []).extend(values)

    def extend_all(self, columns: Mapping[str, Sequence[float]]) -> None:
        """Add whole epochs; what was not measured in one, now or before, is NaN there.

        A run that goes on from another may measure something else.
        """
        before, added = self.epochs, max(map(len, columns.values()), default=0)
        for name in {**self._columns, **columns}:
            # What runs for very long is extended very often: nothing of its length is made anew.
            if name not in self._columns:
                self._columns[name] = [math.nan] * before
            self._columns[name].extend(columns[name] if name in columns else [math.nan] * added)

    def __getitem__(self, name: str) -> list[float]:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def epochs(self) -> int:
        """How many epochs are recorded."""
        return len(self._columns.get("epoch", ()))

    def best_epoch(self, name: str) -> int:
        """Return the first epoch at which that column was at its best (losses low, scores high).

        Of a column that no epoch has yet, the last epoch: nothing was waited for in vain.
        """
        if name not in self._columns:
            return self.epochs
        column = self._columns[name]
        # Only what was added since the last question is looked at.
        best, seen = self._best.get(name, (1, 1))
        for epoch in range(seen + 1, len(column) + 1):
            value, record = column[epoch - 1], column[best - 1]
            # A first NaN must not stay the best for ever.
            if _is_better(name, value, record) or math.isnan(record):
                best = epoch
        self._best[name] = (best, len(column))
        return best

    def last_progress(self, watched: tuple[tuple[str, float], ...], tolerance: float) -> int:
        """Return the last epoch that improved on all before it by at least `tolerance`.

        Parameters
        ----------
        watched : tuple of (column, factor)
            The sum of these is watched: low is good of losses and penalties, high of scores.
        tolerance : float

        Returns
        -------
        int
            At least 1: the first epoch is progress.
        """
        falls = any(name.endswith((*_LOWER_IS_BETTER, "penalty")) for name, _ in watched)
        sign = 1.0 if falls else -1.0
        last, best, seen = self._progress.get((watched, tolerance), (1, math.inf, 0))
        columns = [(self._columns[name], sign * factor) for name, factor in watched]
        for epoch in range(seen, self.epochs):
            value = sum(column[epoch] * factor for column, factor in columns)
            # Asked this way round, so that NaN does not count as standing still.
            if not value > best - tolerance:
                last = epoch + 1
            best = min(best, value)
        self._progress[watched, tolerance] = last, best, self.epochs
        return last

    def last(self) -> dict[str, float]:
        """Return the row of the last epoch."""
        return {name: column[-1] for name, column in self._columns.items()}

    def to_csv(self) -> str:
        """Return the table as comma-separated text with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self._columns)
        writer.writerows(zip(*self._columns.values(), strict=True))
        return text.getvalue()


def _is_better(name: str, value: float, best: float) -> bool:
    return value < best if name.endswith(_LOWER_IS_BETTER) else value > best
