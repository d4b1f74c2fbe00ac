"""From a table as it comes to the inputs of a tabular network, learnt from the training rows.

`axone.data` decides what a column is and fills, counts and dates it; here amounts are brought to
like size whatever their outliers, and spread over bins, so that a network can bend at them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data import ColumnKind, TableEncoder

if TYPE_CHECKING:
    from pandas import DataFrame

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
        Of the encoded matrix.
    edges : ndarray of shape (n_bins + 1,)
        Rising: quantiles of the training rows.
    """

    column: int
    edges: FloatArray

    def transform(self, values: FloatArray) -> FloatArray:
        """Return `(m, n_bins)` for `(m,)`."""
        shares = (values[:, None] - self.edges[:-1]) / np.diff(self.edges)
        return np.clip(shares, 0, 1, out=shares)


@dataclass(frozen=True, eq=False)
class TableFeatures:
    """A fitted way from rows of a table to float32 inputs.

    Parameters
    ----------
    encoder : TableEncoder
    centre, scale : ndarray of shape (n_encoded,)
        0 and 1 for columns that are no amounts.
    bins : tuple of Bins
        Of the amounts that have enough values, after scaling.
    """

    encoder: TableEncoder
    centre: FloatArray
    scale: FloatArray
    bins: tuple[Bins, ...]

    @classmethod
    def fit(
        cls,
        table: "DataFrame",
        columns: Mapping[str, ColumnKind] | None,
        most_bins: int,
        random: np.random.Generator,
    ) -> "TableFeatures":
        """Learn categories, medians and bins.

        Parameters
        ----------
        table : pandas.DataFrame
            The training rows.
        columns : mapping of str to str, optional
            What columns are, where `TableEncoder` would guess wrong.
        most_bins : int
            Bins of an amount; 0 for none.
        random : numpy.random.Generator
            Chooses the rows that statistics are taken from, where there are many.
        """
        encoder = TableEncoder.fit(table, columns)
        matrix = encoder.transform(table)
        if len(matrix) > STATISTICS_ROWS:
            matrix = matrix[random.choice(len(matrix), STATISTICS_ROWS, replace=False)]
        centre, scale = robust_statistics(matrix)
        amounts = np.array(encoder.scaled)
        features = cls(encoder, np.where(amounts, centre, 0.0), np.where(amounts, scale, 1.0), ())
        bins = fit_bins(features._scaled(matrix), np.flatnonzero(amounts), most_bins)
        return cls(encoder, features.centre, features.scale, bins)

    @property
    def size(self) -> int:
        """How many inputs a row becomes."""
        return len(self.centre) + sum(len(bins.edges) - 1 for bins in self.bins)

    def transform(self, table: "DataFrame") -> NDArray[np.float32]:
        """Return the network's inputs, float32 `(m, size)`: the amounts themselves, then bins."""
        amounts = self._scaled(self.encoder.transform(table))
        inputs = np.empty((len(amounts), self.size), dtype=np.float32)
        inputs[:, : amounts.shape[1]] = amounts
        start = amounts.shape[1]
        for bins in self.bins:
            stop = start + len(bins.edges) - 1
            inputs[:, start:stop] = bins.transform(amounts[:, bins.column])
            start = stop
        return inputs

    def _scaled(self, matrix: FloatArray) -> NDArray[np.float32]:
        matrix = (matrix - self.centre) / self.scale
        amounts = np.array(self.encoder.scaled)
        matrix[:, amounts] = smooth_clip(matrix[:, amounts])
        return matrix.astype(np.float32)


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
