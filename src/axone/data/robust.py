"""Amounts brought to like size whatever their outliers, and spread over bins.

The bins let a network bend where the rows lie. This is what "Better by Default" (Holzmüller,
Grinsztajn & Steinwart, NeurIPS 2024) found to pay for tables; the statistics are those of the
training rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import DType, FloatArray
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.errors import ModelFileError, ShapeError
from axone.messages import _

STATISTICS_ROWS = 20_000
"""Quartiles and bins are those of so many rows at most: enough to the hundredth of a rank."""

MOST_BIN_INPUTS = 192
"""All bins together; with more columns each gets fewer, lest the first layer outgrow the rest."""

_FEWEST_BINS = 8
"""With fewer a column's bins say hardly more than its amount: then there are none."""

_FEWEST_VALUES = 9
"""Columns of fewer distinct values are left without bins."""


@dataclass(frozen=True, eq=False)
class Bins:
    """Piecewise-linear encoding of one column (Gorishniy, Rubachev & Babenko 2022, section 3.1).

    Bin t of edges b₀ < b₁ < … becomes min(max((x − bₜ₋₁)/(bₜ − bₜ₋₁), 0), 1): bins below x are 1,
    those above 0, the one that holds x says where in it.

    Parameters
    ----------
    column : int
        Of the matrix.
    edges : ndarray of float32, shape (n_bins + 1,)
        Rising: quantiles of the training rows.
    """

    column: int
    edges: FloatArray

    def transform(self, values: FloatArray) -> FloatArray:
        """Return `(m, n_bins)` for `(m,)`."""
        shares = (values[:, None] - self.edges[:-1]) / np.diff(self.edges)
        return np.clip(shares, 0, 1, out=shares)


@dataclass(frozen=True, eq=False)
class RobustBins(Step):
    """Columns by median and quartiles, smoothly clipped at ±3, the amounts' bins after them.

    Parameters
    ----------
    amounts : tuple of bool
        Which columns are amounts; the others stay as they are.
    centre, scale : ndarray of shape (n_columns,)
        0 and 1 for columns that are no amounts.
    bins : tuple of Bins
        Of the amounts that have enough values, after scaling.
    """

    amounts: tuple[bool, ...]
    centre: FloatArray
    scale: FloatArray
    bins: tuple[Bins, ...] = ()

    @classmethod
    def fit(
        cls,
        matrix: FloatArray,
        amounts: Sequence[bool],
        most_bins: int,
        random: np.random.Generator,
    ) -> "RobustBins":
        """Learn medians, quartiles and bins.

        Parameters
        ----------
        matrix : ndarray of shape (m, n_columns)
            The training rows.
        amounts : sequence of bool
            Which columns are amounts.
        most_bins : int
            Bins of an amount; 0 for none.
        random : numpy.random.Generator
            Chooses the rows that statistics are taken from, where there are many.
        """
        if len(matrix) > STATISTICS_ROWS:
            matrix = matrix[random.choice(len(matrix), STATISTICS_ROWS, replace=False)]
        centre, scale = robust_statistics(matrix)
        which = np.array(amounts)
        scaled = cls(
            tuple(which.tolist()), np.where(which, centre, 0.0), np.where(which, scale, 1.0)
        )
        bins = fit_bins(scaled._scaled(matrix), np.flatnonzero(which), most_bins)
        return cls(scaled.amounts, scaled.centre, scaled.scale, bins)

    @property
    def size(self) -> int:
        """How many inputs a row becomes."""
        return len(self.centre) + sum(len(bins.edges) - 1 for bins in self.bins)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if before is None or before.tokens or before.shape != self.centre.shape:
            raise ShapeError(
                _(
                    "statistics of shape {statistics} for {before}",
                    statistics=self.centre.shape,
                    before=before and before.shape,
                )
            )
        names = before.names
        for bins in self.bins if names else ():
            name = before.names[bins.column]
            names += tuple(f"{name} bin {number}" for number in range(1, len(bins.edges)))
        return ExampleLayout((self.size,), names)

    def transform(self, X: FloatArray, dtype: DType = "float32") -> FloatArray:
        """Return `(m, size)`: the amounts themselves, then bins; computed in float32 alike."""
        amounts = self._scaled(X)
        inputs = np.empty((len(amounts), self.size), dtype=dtype)
        inputs[:, : amounts.shape[1]] = amounts
        start = amounts.shape[1]
        for bins in self.bins:
            stop = start + len(bins.edges) - 1
            inputs[:, start:stop] = bins.transform(amounts[:, bins.column])
            start = stop
        return inputs

    def _scaled(self, matrix: FloatArray) -> NDArray[np.float32]:
        matrix = (matrix - self.centre) / self.scale
        amounts = np.array(self.amounts)
        matrix[:, amounts] = smooth_clip(matrix[:, amounts])
        return matrix.astype(np.float32)

    def to_data(self) -> Any:
        bins = tuple(_BinsData(each.column, tuple(each.edges.tolist())) for each in self.bins)
        centre, scale = tuple(self.centre.tolist()), tuple(self.scale.tolist())
        return write_data(_RobustData(self.amounts, centre, scale, bins))

    @classmethod
    def from_data(cls, data: object) -> "RobustBins":
        fields = read_data(_RobustData, data, _("step {name!r}", name="robust"))
        bins = tuple(
            Bins(each.column, np.array(each.edges, dtype=np.float32)) for each in fields.bins
        )
        columns = len(fields.amounts)
        if (
            not columns == len(fields.centre) == len(fields.scale)
            or not all(fields.scale)
            or not all(0 <= each.column < columns for each in bins)
            or not all(len(each.edges) > 1 and (np.diff(each.edges) > 0).all() for each in bins)
        ):
            raise ModelFileError(
                _(
                    "The step 'robust' in this model file is damaged: {centres} centres, {scales} "
                    "scales, none of them 0, and bins of rising edges are wanted for {columns} "
                    "columns. Save or fetch the model again.",
                    centres=len(fields.centre),
                    scales=len(fields.scale),
                    columns=columns,
                )
            )
        return cls(fields.amounts, np.array(fields.centre), np.array(fields.scale), bins)


@dataclass(frozen=True)
class _BinsData(PlainData):
    column: int
    edges: tuple[float, ...]


@dataclass(frozen=True)
class _RobustData(PlainData):
    amounts: tuple[bool, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    bins: tuple[_BinsData, ...]


def robust_statistics(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the median of each column, and what is divided by: no outlier moves either.

    The distance of the quartiles; where they are one, half the range; 1 for a constant column
    (Holzmüller, Grinsztajn & Steinwart 2024, appendix B).
    """
    lower, median, upper = np.quantile(matrix, (0.25, 0.5, 0.75), axis=0)
    half_range = np.ptp(matrix, axis=0) / 2
    spread = np.where(upper > lower, upper - lower, half_range)
    return median, np.where(spread > 0, spread, 1.0)


def smooth_clip(amounts: FloatArray) -> FloatArray:
    """Return x/√(1 + (x/3)²): nearly x around 0, never beyond ±3 (ibid.)."""
    # The root as a hypotenuse does not overflow where the square of a huge outlier would.
    return np.asarray(amounts / np.hypot(1.0, amounts / 3))


def fit_bins(amounts: FloatArray, columns: NDArray[np.intp], most_bins: int) -> tuple[Bins, ...]:
    """Lay bins of equally many rows over those of `columns` that have enough distinct values."""
    binned = [int(column) for column in columns if _has_many_values(amounts[:, column])]
    count = min(most_bins, MOST_BIN_INPUTS // max(1, len(binned)))
    if count < _FEWEST_BINS:
        return ()
    shares = np.linspace(0, 1, count + 1)
    quantiles = np.quantile(amounts[:, binned], shares, axis=0).astype(np.float32)
    return tuple(
        Bins(column, np.unique(edges)) for column, edges in zip(binned, quantiles.T, strict=True)
    )


def _has_many_values(values: FloatArray) -> bool:
    return len(np.unique(values)) >= _FEWEST_VALUES
