"""Scalings: descriptions of how features are brought to like size, and the `Scaler` they fit.

Statistics are taken in float64, piece by piece, from the training rows only: per column of a
table, per channel of a signal or feature of a sequence, over all pixels of an image.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType, FloatArray
from axone.checks import check_number
from axone.data.at_once import each_column
from axone.data.encoded import EncodedTable
from axone.data.finite import CACHED_CELLS, row_chunks
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ModelFileError, ShapeError
from axone.messages import _
from axone.registry import Registry

_SCALED_CELLS = 1 << 18
"""Cells of a table that are scaled at a time: 1 MiB in float32, about a core's own cache."""


@dataclass(frozen=True, eq=False)
class Scaler(Step):
    """(X − shift)/scale, feature by feature.

    Parameters
    ----------
    shift, scale : ndarray of float64
        Of one shape that broadcasts over one example: `(n,)` for n columns, `(channels, 1)` for
        signals, `()` for one statistic of everything. Finite, and no scale is 0.
    """

    shift: FloatArray
    scale: FloatArray

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Scaler)
            and np.array_equal(self.shift, other.shift)
            and np.array_equal(self.scale, other.scale)
        )

    __hash__ = None  # type: ignore[assignment]

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        statistics, shape = self.shift.shape, () if before is None else before.shape
        # Broadcast by hand: the lengths may be a stranger's, nothing of that size may be made.
        fits = len(statistics) <= len(shape) and all(
            length in (1, wanted)
            for length, wanted in zip(statistics[::-1], shape[::-1], strict=False)
        )
        if before is None or before.tokens or not fits:
            raise ShapeError(
                _(
                    "examples of shape {shape}, statistics of shape {statistics}",
                    shape=shape,
                    statistics=statistics,
                )
            )
        return before

    def transform(self, X: NDArray[Any], dtype: DType = "float32") -> FloatArray:
        """Scale examples, computing in float64 and returning the run's type.

        Raises
        ------
        DataError
            A result is too large for `dtype`.
        ShapeError
            `X` is not of the shape that was fitted.
        """
        _require_fit(X, self.shift)
        scaled = np.empty(X.shape, dtype=dtype)
        pieces = list(row_chunks(X, CACHED_CELLS))
        shift, scale = self.shift[np.newaxis], self.scale[np.newaxis]
        if len(pieces) > 1:
            # A copy for every row of a piece: NumPy is slow at going through few columns at a time.
            shape = X[pieces[0]].shape
            shift, scale = (np.broadcast_to(each, shape).copy() for each in (shift, scale))
        with np.errstate(over="ignore", invalid="ignore"):
            for rows in pieces:
                count = len(scaled[rows])
                piece = X[rows] - shift[:count]
                piece /= scale[:count]
                scaled[rows] = piece
                if not np.isfinite(scaled[rows]).all():
                    raise _do_not_fit(dtype, np.abs(X[rows]).max())
        return scaled

    def transform_table(self, table: EncodedTable, dtype: DType = "float32") -> FloatArray:
        """Scale an encoded table, as `transform` does its matrix.

        Raises
        ------
        DataError
            A result is too large for `dtype`.
        """
        scaled = np.empty(table.shape, dtype=dtype)
        pieces = list(row_chunks(scaled, _SCALED_CELLS))
        each_column(lambda rows: self._scale_rows(table, rows, scaled), pieces, _SCALED_CELLS)
        return scaled

    def _scale_rows(self, table: EncodedTable, rows: slice, scaled: FloatArray) -> None:
        shift = np.broadcast_to(self.shift, table.shape[1:])
        scale = np.broadcast_to(self.scale, table.shape[1:])
        moved = (shift != 0) | (scale != 1)
        with np.errstate(over="ignore", invalid="ignore"):
            for part, stop in zip(table.parts, table.stops, strict=True):
                inputs = slice(stop - part.shape[1], stop)
                piece = part[rows]
                if moved[inputs].any():
                    piece = piece - shift[inputs]
                    piece /= scale[inputs]
                scaled[rows, inputs] = piece
            if not np.isfinite(scaled[rows]).all():
                largest = max(np.abs(part[rows]).max() for part in table.parts)
                raise _do_not_fit(scaled.dtype.name, largest)

    def inverse(self, X: NDArray[Any]) -> FloatArray:
        """Return X·scale + shift in float64: predictions in the units of the targets."""
        _require_fit(X, self.shift)
        return np.asarray(X, dtype=np.float64) * self.scale + self.shift

    def to_data(self) -> Any:
        """Write as what JSON can hold."""
        return write_data(
            _ScalerData(
                self.shift.shape, tuple(self.shift.ravel().tolist()), tuple(self.scale.ravel())
            )
        )

    @classmethod
    def from_data(cls, data: object) -> "Scaler":
        """Read what `to_data` wrote.

        Raises
        ------
        ModelFileError
            It is anything else, or the numbers make no scaler.
        """
        fields = read_data(_ScalerData, data, _("scaler"))
        shift, scale = np.array(fields.shift, dtype=float), np.array(fields.scale, dtype=float)
        count = 1
        for length in fields.shape:
            count *= length
        if not len(shift) == len(scale) == count or min(fields.shape, default=1) < 1:
            raise ModelFileError(
                _(
                    "The scaler in this model file is damaged: {shifts} shifts and {scales} "
                    "scales for shape {shape}. Save or fetch the model again.",
                    shifts=len(shift),
                    scales=len(scale),
                    shape=fields.shape,
                )
            )
        if not scale.all():
            raise ModelFileError(
                _("The scaler in this model file is damaged: a scale of 0. Save or fetch it again.")
            )
        return cls(shift.reshape(fields.shape), scale.reshape(fields.shape))


@dataclass(frozen=True)
class _ScalerData(PlainData):
    shape: tuple[int, ...]
    shift: tuple[float, ...]
    scale: tuple[float, ...]


@dataclass(frozen=True)
class Scaling(ABC):
    """How features are to be scaled; `fit` finds the numbers."""

    def fit(
        self,
        X: NDArray[Any],
        scaled: Sequence[bool] | None = None,
        *,
        is_image: bool = False,
    ) -> Scaler:
        """Find shift and scale from training rows.

        Parameters
        ----------
        X : ndarray of shape (m, …)
            Finite numbers, m at least 1. `(m,)` and `(m, n)` get a statistic per column, more
            axes one per channel, which is axis 1. Regression targets are fitted alike.
        scaled : sequence of bool, optional
            For `(m, n)`: which columns to scale; the others keep shift 0 and scale 1.
        is_image : bool, default False
            Then there is one statistic for all pixels and colours: where they lie says nothing of
            their size, and one ink is as dark as another.

        Raises
        ------
        DataError
            No rows, or numbers so large that their statistics overflow.
        """
        if X.size == 0:
            raise DataError(_("No rows to fit a scaling to: shape {shape}.", shape=X.shape))
        axes = _statistic_axes(X.ndim, is_image)
        with np.errstate(over="ignore", invalid="ignore"):
            shift, scale = self.statistics(X, axes)
        if not (np.isfinite(shift).all() and np.isfinite(scale).all()):
            raise DataError(
                _(
                    "The data holds values as large as {largest:.3g}, whose mean or range "
                    "overflows. Correct them or use smaller units.",
                    largest=np.abs(X).max(),
                )
            )
        # A feature that never changes says nothing: it becomes 0, not 0/0.
        scale = np.where(scale == 0.0, 1.0, scale)
        if len(axes) == X.ndim:
            shift, scale = np.reshape(shift, ()), np.reshape(scale, ())
        if scaled is not None:
            shift = np.where(scaled, shift, 0.0)
            scale = np.where(scaled, scale, 1.0)
        return Scaler(np.asarray(shift), np.asarray(scale))

    def fit_positions(self, X: NDArray[Any], mask: BoolArray | None, positions: int) -> Scaler:
        """Find shift and scale of each channel from the positions that are there.

        Parameters
        ----------
        X : ndarray of shape (m, channels, length) or (m, length, features)
            Finite numbers.
        mask : ndarray of bool, shape (m, length), optional
            Which positions are there; all if left out.
        positions : {-1, 0}
            The axis of an example along which they lie: -1 of signals, 0 of sequences.

        Raises
        ------
        DataError
            As `fit`.
        """
        if mask is None and positions == -1:
            return self.fit(X)
        vectors = X if positions == 0 else X.swapaxes(1, 2)
        found = self.fit(vectors.reshape(-1, vectors.shape[2]) if mask is None else vectors[mask])
        if positions == 0 or not found.shift.shape:
            return found
        return Scaler(found.shift[:, None], found.scale[:, None])

    def fit_table(self, table: EncodedTable, scaled: Sequence[bool]) -> Scaler:
        """Find shift and scale of an encoded table's columns, each where it lies.

        Raises
        ------
        DataError
            As `fit`.
        """
        pairs = [
            (part, list(scaled[stop - part.shape[1] : stop]))
            for part, stop in zip(table.parts, table.stops, strict=True)
        ]
        found = each_column(lambda pair: self._of_part(*pair), pairs, len(table))
        shifts, scales = zip(*found, strict=True)
        return Scaler(np.concatenate(shifts), np.concatenate(scales))

    def _of_part(self, part: FloatArray, scaled: list[bool]) -> tuple[FloatArray, FloatArray]:
        if not any(scaled):
            return np.zeros(len(scaled)), np.ones(len(scaled))
        found = self.fit(part, scaled)
        return np.broadcast_to(found.shift, len(scaled)), np.broadcast_to(found.scale, len(scaled))

    @abstractmethod
    def statistics(self, X: NDArray[Any], axes: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        """Return shift and scale over `axes`, which are kept at length 1 save the first."""


@dataclass(frozen=True)
class Standard(Scaling):
    """Mean 0 and standard deviation 1 over the training rows (biased, as scikit-learn's)."""

    def statistics(self, X: NDArray[Any], axes: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        count = 0
        mean: FloatArray = np.zeros(())
        squares: FloatArray = np.zeros(())
        # Pieces are joined by Chan, Golub & LeVeque (1983), exact where Σx² − (Σx)²/n cancels.
        for rows in row_chunks(X):
            piece = X[rows].astype(np.float64)
            piece_mean = piece.mean(axis=axes, keepdims=True)
            piece -= piece_mean
            piece_count = piece.size // piece_mean.size
            difference = piece_mean - mean
            joined = count + piece_count
            squares = squares + np.square(piece, out=piece).sum(axis=axes, keepdims=True)
            squares = squares + difference**2 * (count * piece_count / joined)
            mean = mean + difference * (piece_count / joined)
            count = joined
        variance = squares / count
        # Rounding leaves a constant feature some variance; scikit-learn draws the line here.
        epsilon = np.finfo(np.float64).eps
        constant = variance <= count * epsilon * variance + (count * mean * epsilon) ** 2
        return mean[0], np.where(constant & np.isfinite(variance), 0.0, np.sqrt(variance))[0]


@dataclass(frozen=True)
class MinMax(Scaling):
    """The training rows' least value becomes 0, their greatest 1."""

    def statistics(self, X: NDArray[Any], axes: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        least = np.asarray(X.min(axis=axes, keepdims=True)[0], dtype=np.float64)
        greatest = np.asarray(X.max(axis=axes, keepdims=True)[0], dtype=np.float64)
        return least, greatest - least


@dataclass(frozen=True)
class Divide(Scaling):
    """Every value divided by one number, known beforehand.

    Parameters
    ----------
    by : float, default 255
        The greatest value of an 8-bit pixel, so that pixels lie in 0 … 1.
    """

    by: float = 255.0

    def __post_init__(self) -> None:
        check_number("by", self.by, above=0)

    def statistics(self, X: NDArray[Any], axes: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        return np.zeros(()), np.array(float(self.by))


@dataclass(frozen=True)
class NoScaling(Scaling):
    """Values as they are."""

    def statistics(self, X: NDArray[Any], axes: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        return np.zeros(()), np.ones(())


SCALINGS: Registry[Scaling] = Registry(
    _("scaling"),
    {"standard": Standard, "minmax": MinMax, "divide": Divide, "none": NoScaling},
    {"z_score": "standard", "zscore": "standard", "min_max": "minmax"},
)


def _do_not_fit(dtype: str, largest: float) -> DataError:
    return DataError(
        _(
            "Scaled values do not fit into {dtype}: the data holds values as large as "
            "{largest:.3g}. Scale it by 'standard' or 'minmax', or correct such values.",
            dtype=dtype,
            largest=largest,
        )
    )


def _statistic_axes(ndim: int, is_image: bool) -> tuple[int, ...]:
    if ndim <= 2:
        return (0,)
    if is_image:
        return tuple(range(ndim))
    return (0, *range(2, ndim))


def _require_fit(X: NDArray[Any], shift: FloatArray) -> None:
    try:
        fits = np.broadcast_shapes(X.shape[1:], shift.shape) == X.shape[1:]
    except ValueError:
        fits = False
    # Predictions of one target come as (m, 1) or (m,); its statistics are of shape ().
    if not fits:
        raise ShapeError(
            _(
                "The scaler was fitted to examples that broadcast with shape {shape}, "
                "but was given an array of shape {found}, whose examples are "
                "{example}.",
                shape=shift.shape,
                found=X.shape,
                example=X.shape[1:],
            )
        )
