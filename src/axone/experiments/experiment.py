"""An experiment: a run's description that can be carried out, once, by folds or by seeds."""

from pathlib import Path
from typing import Any

from axone.experiments.cross_validation import CrossValidation, cross_validate
from axone.experiments.description import Description
from axone.experiments.repeating import Repeats, repeat
from axone.experiments.running import RunResult, run


class Experiment(Description):
    """A run as data, read from a file, a source or settings, and carried out by `run`.

    Examples
    --------
    >>> import axone as ax
    >>> experiment = ax.Experiment.from_source("iris", {"training": {"epochs": 3}})
    >>> experiment.run().metrics["epochs"]
    3
    """

    def run(self, out: str | Path | None = None, *, dataset: Any = None) -> RunResult:
        """Carry the experiment out, quietly.

        Parameters
        ----------
        out : str or Path, optional
            The result folder; nothing is written if left out.
        dataset : Dataset, (X, y), or pandas or polars frame, optional
            Rows in memory, instead of the experiment's source.
        """
        return run(self, None if out is None else Path(out), dataset=dataset)

    def cross_validate(self, cv: int = 5, *, dataset: Any = None) -> CrossValidation:
        """Score every row once by a network that was trained on the other folds.

        Parameters
        ----------
        cv : int, default 5
            Folds, stratified for classes.
        dataset : Dataset, (X, y), or pandas or polars frame, optional
            Rows in memory, instead of the experiment's source.

        Examples
        --------
        >>> import axone as ax
        >>> experiment = ax.Experiment.from_source("iris", {"training": {"epochs": 60}})
        >>> found = experiment.cross_validate(3)
        >>> found.right[1], found.spreads["accuracy"].mean > 0.9
        (150, True)
        """
        return cross_validate(self, cv, dataset=dataset)

    def repeat(
        self, times: int = 5, out: str | Path | None = None, *, dataset: Any = None
    ) -> Repeats:
        """Carry the experiment out under its seed and those that follow.

        Parameters
        ----------
        times : int, default 5
            How many runs.
        out : str or Path, optional
            Gets a result folder for each seed, and the table; nothing is written if left out.
        dataset : Dataset, (X, y), or pandas or polars frame, optional
            Rows in memory, instead of the experiment's source.

        Examples
        --------
        >>> import axone as ax
        >>> experiment = ax.Experiment.from_source("wine", {"training": {"epochs": 20}})
        >>> found = experiment.repeat(3)
        >>> found.seeds, found.spreads("test")["accuracy"].minimum > 0.8
        ([0, 1, 2], True)
        """
        return repeat(self, times, None if out is None else Path(out), dataset=dataset)
