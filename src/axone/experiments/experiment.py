"""An experiment: a run's description that can be carried out."""

from pathlib import Path
from typing import Any

from axone.experiments.description import Description
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
