"""Rows of the tabular estimators: tables as frames, targets that are there, rows that count."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    validate_data,
)

from axone.arrays import FloatArray
from axone.data.frames import as_frame, is_frame
from axone.data.reading import read_columns
from axone.data.reading.column import is_text
from axone.errors import DataError
from axone.estimators.rows import told_of_numbers
from axone.messages import _, _n

if TYPE_CHECKING:
    from pandas import DataFrame


def table_of(estimator: Any, X: Any, *, reset: bool) -> "DataFrame":
    """Return X as a pandas frame, its columns counted and named as scikit-learn does."""
    import pandas as pd

    if is_frame(X):
        X = X.collect() if hasattr(X, "collect") else X
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        frame = as_frame(X, "X")
    else:
        X = _masked_missing(X)
        with told_of_numbers(X=X):
            cells = validate_data(
                estimator, X, reset=reset, dtype=None, ensure_all_finite="allow-nan"
            )
        names = [f"x{number}" for number in range(cells.shape[1])]
        names = names if reset else list(estimator.features_.encoder.table_names)
        with told_of_numbers(X=X):
            if cells.dtype == np.longdouble:
                cells = cells.astype(np.float64)
            frame = as_frame(pd.DataFrame(cells, columns=names).infer_objects(), "X")
    least = 2 if reset else 1
    if len(frame) < least:
        raise DataError(
            _(
                "X has {count} sample(s), but at least {least} are needed.",
                count=len(frame),
                least=least,
            )
        )
    return frame


def _masked_missing(X: Any) -> Any:
    """Return an array with NaN, or None among text, in place of masked cells."""
    if not isinstance(X, np.ma.MaskedArray) or not np.ma.is_masked(X):
        return X
    if X.dtype.kind in "biuf":
        return np.ma.filled(X.astype(np.float64), np.nan)
    cells = np.asarray(X, dtype=object).copy()
    cells[np.ma.getmaskarray(X)] = None
    return cells


def weighted_rows(
    table: "DataFrame", y: NDArray[Any], sample_weight: Any
) -> tuple["DataFrame", NDArray[Any], FloatArray | None]:
    """Return the rows of positive weight, and their weights where they are given."""
    check_consistent_length(table, y)
    if sample_weight is None:
        return table, y, None
    with told_of_numbers(sample_weight=sample_weight):
        weight = _check_sample_weight(sample_weight, y, dtype=np.float64, ensure_non_negative=True)
    kept = weight > 0
    return table[kept].reset_index(drop=True), y[kept], weight[kept]


def numbers_as_read(y: Any) -> Any:
    """Return targets that are written as text as numbers, where they are some: ``"12,5 %"``."""
    import pandas as pd

    written = np.asarray(y) if isinstance(y, list | tuple) else y
    if getattr(written, "ndim", 0) != 1 or getattr(written, "dtype", None) is None:
        return y
    column = pd.Series(written).reset_index(drop=True)
    if not is_text(column):
        return y
    return read_columns(pd.DataFrame({"y": column}), target="y").frame["y"].to_numpy()


def with_known_targets(
    table: "DataFrame", y: Any, sample_weight: Any
) -> tuple["DataFrame", Any, Any]:
    """Leave out the rows whose target is missing, with a warning that counts them."""
    import pandas as pd

    targets = np.asarray(y)
    missing: Any = np.asarray(pd.isna(targets)).reshape(len(targets), -1).any(axis=1)
    count = int(np.count_nonzero(missing))
    if not count:
        return table, y, sample_weight
    check_consistent_length(table, targets, sample_weight)
    if count == len(targets):
        raise DataError(_("No row has a target: all of y is missing."))
    warnings.warn(
        _n(
            "{count} row without a target left out of {rows}.",
            "{count} rows without a target left out of {rows}.",
            count,
            rows=len(targets),
        ),
        UserWarning,
        stacklevel=3,
    )
    known = targets[~missing]
    if known.dtype == object:
        # Without what was missing they may be of one type again.
        known = pd.Series(known).infer_objects().to_numpy()
    weight = sample_weight if sample_weight is None else np.asarray(sample_weight)[~missing]
    return table.loc[~missing].reset_index(drop=True), known, weight
