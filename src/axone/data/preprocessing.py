"""All that happens to examples before a network sees them, fitted once and kept with the model.

A table is encoded, then scaled; an array is brought to the shape of the training examples, then
scaled. What does not fit is refused with what the model expects and what came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axone.arrays import DType, FloatArray, Shape
from axone.data.encoding import ColumnKind, TableEncoder
from axone.data.finite import require_finite
from axone.data.frames import as_frame, is_frame, numbers_of
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.scaling import SCALINGS, Scaler, Scaling
from axone.errors import DataError, ModelFileError, ShapeError

if TYPE_CHECKING:
    from pandas import DataFrame

TargetScaler: TypeAlias = Scaler
"""Regression targets are scaled as features are: ``Standard().fit(y)``, then `inverse`."""


@dataclass(frozen=True)
class Preprocessing:
    """From examples as they come to the network's inputs.

    Parameters
    ----------
    encoder : TableEncoder or None
        For models of tables.
    scaler : Scaler
        Applied last.
    feature_shape : tuple of int
        Of one example as the network gets it.
    feature_names : tuple of str
        The columns that a table of new rows is to have; for arrays possibly empty.
    """

    encoder: TableEncoder | None
    scaler: Scaler
    feature_shape: Shape
    feature_names: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        X_train: Any,
        scaling: str | Mapping[str, Any] | Scaling = "standard",
        *,
        columns: Mapping[str, ColumnKind] | None = None,
        feature_names: Sequence[str] = (),
        is_image: bool = False,
    ) -> "Preprocessing":
        """Learn categories and statistics from the training rows, and from no others.

        Parameters
        ----------
        X_train : ndarray of shape (m, …), or pandas or polars frame
            The training rows.
        scaling : str, mapping or Scaling, default "standard"
            A row of `SCALINGS`; "standard" because gradient descent wants features of like size.
        columns : mapping of str to str, optional
            Kinds of a table's columns, as `TableEncoder.fit` takes them.
        feature_names : sequence of str, optional
            Names of an array's columns; a table has its own.
        is_image : bool, default False
            `Dataset.is_image`: grey pixels share one statistic.

        Raises
        ------
        DataError
            The rows cannot be encoded or scaled.
        """
        chosen = SCALINGS.resolve(scaling)
        if is_frame(X_train):
            encoder = TableEncoder.fit(X_train, columns)
            matrix = encoder.transform(X_train)
            scaler = chosen.fit(matrix, encoder.scaled)
            return cls(encoder, scaler, matrix.shape[1:], encoder.names)
        X = _numeric(X_train)
        X = X[:, None] if X.ndim == 1 else X
        return cls(None, chosen.fit(X, is_image=is_image), X.shape[1:], tuple(feature_names))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about a table's columns, in plain words."""
        return () if self.encoder is None else self.encoder.notes

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the network's inputs where they are a row of columns."""
        return self.feature_names if self.encoder is None else self.encoder.output_names

    def transform(self, X: Any, dtype: DType = "float32") -> FloatArray:
        """Make network inputs of examples.

        Parameters
        ----------
        X : ndarray, or pandas or polars frame
            An array may be flattened, `(m, 784)` for `(m, 28, 28)`. Of a table given to a model
            of arrays the columns named as in training are taken, else all columns of numbers
            where their count fits. An array given to a model of tables holds `feature_names`.
        dtype : {"float32", "float64"}, default "float32"
            The run's type.

        Returns
        -------
        ndarray of shape (m, *feature_shape)

        Raises
        ------
        ShapeError
            An array of another width or shape.
        DataError
            Columns are lacking; cells are NaN, infinite or no numbers.
        """
        if self.encoder is not None:
            frame = X if is_frame(X) else self._as_table(X)
            return self.scaler.transform(self.encoder.transform(frame), dtype)
        array = self._from_columns(as_frame(X)) if is_frame(X) else _numeric(X)
        return self.scaler.transform(self._shaped(array), dtype)

    def to_data(self) -> Any:
        """Write as what JSON can hold."""
        return {
            "encoder": None if self.encoder is None else self.encoder.to_data(),
            "scaler": self.scaler.to_data(),
            **write_data(_Features(self.feature_shape, self.feature_names)),
        }

    @classmethod
    def from_data(cls, data: object) -> "Preprocessing":
        """Read what `to_data` wrote.

        Raises
        ------
        ModelFileError
            It is anything else, or its parts do not fit together.
        """
        fields = dict(data) if isinstance(data, Mapping) else {}
        encoder, scaler = fields.pop("encoder", None), fields.pop("scaler", None)
        features = read_data(_Features, fields, "preprocessing")
        loaded = cls(
            None if encoder is None else TableEncoder.from_data(encoder),
            Scaler.from_data(scaler),
            features.feature_shape,
            features.feature_names,
        )
        loaded._require_consistent()
        return loaded

    def _require_consistent(self) -> None:
        shape, statistics = self.feature_shape, self.scaler.shift.shape
        # Broadcast by hand: the lengths are a stranger's, nothing of that size may be made.
        fits = len(statistics) <= len(shape) and all(
            length in (1, wanted)
            for length, wanted in zip(statistics[::-1], shape[::-1], strict=False)
        )
        if self.encoder is not None:
            fits = fits and shape == (len(self.encoder.output_names),)
        if not fits or not shape or min(shape) < 1:
            raise ModelFileError(
                f"The preprocessing in this model file is damaged: examples of shape {shape}, "
                f"statistics of shape {statistics}. Save or fetch the model again."
            )

    def _as_table(self, X: Any) -> "DataFrame":
        import pandas as pd

        cells = np.asarray(X)
        if cells.ndim != 2 or cells.shape[1] != len(self.feature_names):
            raise ShapeError(
                f"The model takes rows of {len(self.feature_names)} cells, "
                f"{', '.join(self.feature_names)}, but was given an array of shape {cells.shape}."
            )
        return pd.DataFrame(cells, columns=list(self.feature_names)).infer_objects()

    def _from_columns(self, frame: "DataFrame") -> NDArray[Any]:
        size = prod(self.feature_shape)
        names = self.feature_names
        if len(names) != size or not set(names) <= set(frame.columns):
            names = tuple(frame.select_dtypes(["number", "bool"]).columns)
        if len(names) != size:
            wanted = f" ({', '.join(self.feature_names)})" if self.feature_names else ""
            raise DataError(
                f"The model takes {size} numbers a row{wanted}, but the table has {len(names)} "
                f"columns of numbers: {', '.join(names) or 'none'}. Name the columns as in "
                "training, or leave only the features in."
            )
        array = np.column_stack([numbers_of(frame[name]) for name in names])
        require_finite(array, "the features", "table")
        return array

    def _shaped(self, X: NDArray[Any]) -> NDArray[Any]:
        if X.shape[1:] == self.feature_shape:
            return X
        if _holds_the_same(X.shape[1:], self.feature_shape):
            return X.reshape(len(X), *self.feature_shape)
        shape = ", ".join(map(str, self.feature_shape))
        hint = (
            " A single example is X.reshape(1, -1)."
            if X.shape == (prod(self.feature_shape),)
            else ""
        )
        raise ShapeError(
            f"The model takes examples of shape ({shape}), that is X of shape (m, {shape}), but "
            f"was given an array of shape {X.shape}.{hint}"
        )


@dataclass(frozen=True)
class _Features(PlainData):
    feature_shape: tuple[int, ...]
    feature_names: tuple[str, ...]


def _holds_the_same(given: Shape, wanted: Shape) -> bool:
    """Tell whether reshaping keeps the order: one side is flat, or axes of length 1 differ.

    `(100, 6)` for `(6, 100)` has as many numbers too, but in another order.
    """
    if prod(given) != prod(wanted):
        return False
    long_axes = [[length for length in shape if length != 1] for shape in (given, wanted)]
    return len(given) <= 1 or len(wanted) == 1 or long_axes[0] == long_axes[1]


def _numeric(X: Any) -> NDArray[Any]:
    array = np.asarray(X)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"X must hold numbers, but is of type {array.dtype}. Give text and dates as a table."
        )
    if array.ndim == 0:
        raise ShapeError(f"X must have a row for each example, but is the single number {array}.")
    require_finite(array, "X", "input")
    return array
