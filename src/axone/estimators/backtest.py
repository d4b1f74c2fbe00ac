"""What a backtest tells: errors and coverage of each fold, beside a seasonal forecast's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.messages import _, formatted

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class FoldScore:
    """How a fold went.

    Attributes
    ----------
    train_rows, rows : int
        Windows that were learnt from, and that judged.
    mae, rmse : float
        Mean absolute error, and root of the mean squared one, over all steps ahead.
    coverage : float
        Share of the values that lie within their interval, its ends included.
    naive_mae, naive_rmse : float
        The errors of what was a season before.
    """

    train_rows: int
    rows: int
    mae: float
    rmse: float
    coverage: float
    naive_mae: float
    naive_rmse: float

    @classmethod
    def of(
        cls,
        target: FloatArray,
        said: FloatArray,
        interval: FloatArray,
        naive: FloatArray,
        train_rows: int,
    ) -> "FoldScore":
        """Judge what was said.

        Parameters
        ----------
        target, said, naive : ndarray of shape (m, horizon)
        interval : ndarray of shape (m, horizon, 2)
        train_rows : int
        """
        within = (interval[..., 0] <= target) & (target <= interval[..., 1])
        mae, rmse = errors(said, target)
        return cls(train_rows, len(target), mae, rmse, float(within.mean()), *errors(naive, target))


@dataclass(frozen=True)
class Backtest:
    """What `Forecaster.backtest` found.

    Attributes
    ----------
    folds : tuple of FoldScore
        In the order of time.
    wanted_coverage : float
        What the interval's levels promise.
    season : int
        Positions of the seasonal forecast beside.
    mae, rmse, coverage, naive_mae, naive_rmse : float
        Over all windows that judged; of roots, the root of the mean square.
    """

    folds: tuple[FoldScore, ...]
    wanted_coverage: float
    season: int

    @property
    def mae(self) -> float:
        return self._mean("mae")

    @property
    def rmse(self) -> float:
        return self._mean("rmse", power=2)

    @property
    def coverage(self) -> float:
        return self._mean("coverage")

    @property
    def naive_mae(self) -> float:
        return self._mean("naive_mae")

    @property
    def naive_rmse(self) -> float:
        return self._mean("naive_rmse", power=2)

    def _mean(self, name: str, power: int = 1) -> float:
        values = np.array([getattr(fold, name) for fold in self.folds])
        rows = [fold.rows for fold in self.folds]
        return float(np.average(values**power, weights=rows) ** (1 / power))

    def frame(self) -> "DataFrame":
        """Return a table with a row a fold."""
        import pandas as pd

        return pd.DataFrame([vars(fold) for fold in self.folds])

    def __str__(self) -> str:
        header = _(
            "fold  learnt  judged        MAE       RMSE  coverage  MAE of {season} before",
            season=self.season,
        )
        rows = sum(fold.rows for fold in self.folds)
        lines = [
            _line(str(number), str(fold.train_rows), fold.rows, fold)
            for number, fold in enumerate(self.folds, start=1)
        ]
        lines.append(_line("", "", rows, self))
        return "\n".join([str(header), *lines])


def _line(number: str, train_rows: str, rows: int, score: FoldScore | Backtest) -> str:
    return (
        f"{number:>4}  {train_rows:>6}  {rows:>6}  {formatted(score.mae, '>9.4g')}  "
        f"{formatted(score.rmse, '>9.4g')}  {formatted(score.coverage, '>8.1%')}  "
        f"{formatted(score.naive_mae, '.4g')}"
    )


def errors(said: FloatArray, target: FloatArray) -> tuple[float, float]:
    """Return the mean absolute error and the root of the mean squared one."""
    error = said - target
    return float(np.abs(error).mean()), float(np.sqrt((error**2).mean()))
