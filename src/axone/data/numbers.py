"""The first step of models of arrays: rows of numbers, signals and images, brought to one shape.

What does not fit is refused with what the model expects and what came.
"""

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import DType, Shape
from axone.checks import as_array
from axone.data.finite import require_finite
from axone.data.frames import as_frame, is_frame, numbers_of
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.reading import read_columns
from axone.data.reading.column import is_text
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ShapeError
from axone.messages import _, listed

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class NumericRows(Step, PlainData):
    """Examples of numbers of one shape.

    Parameters
    ----------
    shape : tuple of int
        Of one example: ``(n_features,)`` for rows of columns, ``(channels, length)`` for signals,
        ``(height, width)`` or ``(channels, height, width)`` for images.
    names : tuple of str
        The columns that a table of new rows is to have; possibly none.
    """

    shape: Shape
    names: tuple[str, ...] = ()

    @classmethod
    def fit(cls, X: Any, names: tuple[str, ...] = ()) -> "NumericRows":
        """Take the shape of the training rows; `(m,)` is one column."""
        return cls(numeric(X).shape[1:] or (1,), names)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if before is not None or not self.shape or min(self.shape) < 1:
            raise ShapeError(
                _("examples of shape {shape} after {before}", shape=self.shape, before=before)
            )
        return ExampleLayout(self.shape, self.names)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[Any]:
        """Return examples of that shape, their numbers as they are.

        Parameters
        ----------
        X : ndarray, or pandas or polars frame
            An array may be flattened, `(m, 784)` for `(m, 28, 28)`. Of a table the columns named as
            in training are taken, else all columns of numbers where their count fits.
        dtype : {"float32", "float64"}
            Without effect: the steps after this one, or the last of all, round.
        """
        array = from_columns(as_frame(X), self.shape, self.names) if is_frame(X) else numeric(X)
        return reshaped(array, self.shape)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "NumericRows":
        return read_data(cls, data, _("step {name!r}", name="numbers"))


@dataclass(frozen=True)
class Reshaping(Step, PlainData):
    """Examples whose numbers are put into another shape, in the same order.

    Parameters
    ----------
    shape : tuple of int
        ``(1, 28, 28)`` makes of each row of 784 columns an image of one channel.
    """

    shape: Shape

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if (
            before is None
            or min(self.shape, default=0) < 1
            or prod(before.shape) != prod(self.shape)
        ):
            raise ShapeError(
                _(
                    "examples of shape {shape} made of {before}",
                    shape=self.shape,
                    before=before and before.shape,
                )
            )
        positions = before.positions if self.shape == before.shape else None
        return ExampleLayout(self.shape, tokens=before.tokens, positions=positions)

    def transform(self, X: NDArray[Any], dtype: DType = "float32") -> NDArray[Any]:
        return X.reshape(len(X), *self.shape)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Reshaping":
        return read_data(cls, data, _("step {name!r}", name="shape"))


def from_columns(frame: "DataFrame", shape: Shape, names: tuple[str, ...]) -> NDArray[Any]:
    """Return the columns of a table that make up examples of a shape, (m, numbers of one).

    Parameters
    ----------
    frame : pandas.DataFrame
        Of which the columns named as in training are taken, else all columns of numbers where their
        count fits.
    shape : tuple of int
    names : tuple of str

    Raises
    ------
    DataError
        No such columns; cells that are NaN or infinite.
    """
    frame = _with_numbers_read(frame)
    size, wanted = prod(shape), f" ({', '.join(names)})" if names else ""
    if len(names) != size or not set(names) <= set(frame.columns):
        names = tuple(frame.select_dtypes(["number", "bool"]).columns)
    if len(names) != size:
        raise DataError(
            _(
                "The model takes {size} numbers a row{wanted}, but the table has {found} "
                "columns of numbers: {names}. Name the columns as in training, or leave only "
                "the features in.",
                size=size,
                wanted=wanted,
                found=len(names),
                names=listed(names) or _("none"),
            )
        )
    array = np.column_stack([numbers_of(frame[name]) for name in names])
    require_finite(array, "the features", "table")
    return array


def _with_numbers_read(frame: "DataFrame") -> "DataFrame":
    """Return a table whose columns of text are read, as numbers where they hold some."""
    written = [name for name in frame.columns if is_text(frame[name])]
    return frame.assign(**read_columns(frame[written]).frame) if written else frame


def numeric(X: Any) -> NDArray[Any]:
    """Return X as an array of finite numbers with a row for each example.

    Raises
    ------
    DataError
        Text, objects, NaN or infinite numbers.
    ShapeError
        A single number.
    """
    array = as_array(X, "X")
    if array.dtype.kind not in "biuf":
        raise DataError(
            _(
                "X must hold numbers, but is of type {type}. Give text and dates as a table.",
                type=str(array.dtype),
            )
        )
    if array.ndim == 0:
        raise ShapeError(
            _(
                "X must have a row for each example, but is the single number {number}.",
                number=array.item(),
            )
        )
    require_finite(array, "X", "input")
    return array


def reshaped(X: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Return rows in the shape that the model takes, where that keeps their order.

    Raises
    ------
    ShapeError
        It does not: ``(100, 6)`` for ``(6, 100)`` has as many numbers too, but in another order.
    """
    if X.shape[1:] == shape:
        return X
    if _holds_the_same(X.shape[1:], shape):
        return X.reshape(len(X), *shape)
    wanted = ", ".join(map(str, shape))
    message = _(
        "The model takes examples of shape ({wanted}), that is X of shape (m, {wanted}), but was "
        "given an array of shape {found}.",
        wanted=wanted,
        found=X.shape,
    )
    if X.shape == (prod(shape),):
        message = _("{cause} A single example is X.reshape(1, -1).", cause=message)
    raise ShapeError(message)


def _holds_the_same(given: Shape, wanted: Shape) -> bool:
    """Tell whether reshaping keeps the order: one side is flat, or axes of length 1 differ."""
    if prod(given) != prod(wanted):
        return False
    long_axes = [[length for length in shape if length != 1] for shape in (given, wanted)]
    return len(given) <= 1 or len(wanted) == 1 or long_axes[0] == long_axes[1]
