"""Rows of the estimators of signals, images and sequences: arrays of several axes, lists, tables.

Whatever comes becomes one array with NaN where nothing is there, as `axone.data.positions` has it,
and the kind of its examples; what the model does with it, `Signals` and `NumericRows` say.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import check_array, validate_data

from axone.checks import require_unmasked
from axone.data.dataset import channels_stand_last
from axone.data.frames import as_frame, is_frame
from axone.data.positions import joined
from axone.data.signals import of_unlike_lengths
from axone.errors import DataError
from axone.estimators.reporting import warn
from axone.estimators.rows import told_of_numbers
from axone.messages import _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame

ExamplesKind: TypeAlias = Literal["signals", "images", "sequences"]

_FEWEST_ROWS = 2


@dataclass(frozen=True, eq=False)
class GivenExamples:
    """Examples in one array.

    Attributes
    ----------
    X : ndarray of shape (m, …)
        NaN where nothing is there.
    kind : {"signals", "images", "sequences"}
    ids : ndarray of shape (m,), optional
        Whose each is, where they came in a table with a column of that.
    """

    X: NDArray[Any]
    kind: ExamplesKind
    ids: NDArray[Any] | None = None


def signals_or_images(estimator: Any, X: Any, *, reset: bool) -> GivenExamples:
    """Return signals (m, channels, length), of one channel where X has two axes, or images.

    Raises
    ------
    ValueError
        scikit-learn's or ours: no numbers, other axes, fewer than two rows to learn from.
    """
    if _is_list_of_arrays(X):
        X = joined([np.asarray(row) for row in X], "signals", "X")
    array = _checked(estimator, X, reset=reset)
    if array.ndim == 2:
        return GivenExamples(array[:, None, :], "signals")
    if array.ndim == 3 and array.dtype != np.uint8:
        return GivenExamples(array, "signals")
    if array.ndim in (3, 4):
        if reset and channels_stand_last(array.shape):
            warn(
                _(
                    "X has shape {shape}, which looks like images with their channels last: it is "
                    "read as (m, channels, height, width). numpy.moveaxis(X, -1, 1) brings them "
                    "there.",
                    shape=array.shape,
                )
            )
        return GivenExamples(array, "images")
    raise DataError(
        _(
            "X has shape {shape}: signals are (m, length) or (m, channels, length), images "
            "(m, channels, height, width) or bytes of shape (m, height, width).",
            shape=array.shape,
        )
    )


def sequences(estimator: Any, X: Any, *, reset: bool) -> GivenExamples:
    """Return sequences (m, length, features), of one feature where X has two axes.

    Raises
    ------
    ValueError
        scikit-learn's or ours: no numbers, other axes, fewer than two rows to learn from.
    """
    ids = None
    if is_frame(X) and estimator.id is None and estimator.time is not None:
        raise InvalidParameterError(
            _(
                "The 'time' parameter of {kind} orders the positions of each sequence, but no 'id' "
                "says which rows are one: give the column of it too, or no 'time'.",
                kind=type(estimator).__name__,
            )
        )
    if is_frame(X) and estimator.id is not None:
        X, ids = _sequences_of_table(estimator, as_frame(X, "X"), reset=reset)
    if _is_list_of_arrays(X):
        X = joined([np.asarray(row) for row in X], "sequences", "X")
    array = _checked(estimator, X, reset=reset, features=2)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise DataError(
            _(
                "X has shape {shape}: sequences are (m, length) or (m, length, features), or a "
                "list of arrays (length, features).",
                shape=array.shape,
            )
        )
    return GivenExamples(array, "sequences", ids)


def _is_list_of_arrays(X: Any) -> bool:
    """Whether X is a list, or an array of objects, of arrays: of one length or of several."""
    if isinstance(X, list | tuple) and len(X) > 0 and isinstance(X[0], np.ndarray):
        return True
    return of_unlike_lengths(X)


def _checked(estimator: Any, X: Any, *, reset: bool, features: int = 1) -> NDArray[Any]:
    """Return X as scikit-learn checks it; of more axes than two, its features are on one of them.

    Of more axes than two it knows no features: which channels a model takes, its first step says.
    """
    settings: dict[str, Any] = {
        "ensure_min_samples": _FEWEST_ROWS if reset else 1,
        "ensure_all_finite": "allow-nan",
    }
    require_unmasked(X, "X")
    with told_of_numbers():
        if is_frame(X) or _axes_of(X) <= 2:
            return np.asarray(validate_data(estimator, X, reset=reset, **settings))
        array = check_array(X, allow_nd=True, estimator=estimator, input_name="X", **settings)
    if reset:
        estimator.n_features_in_ = array.shape[features]
    return np.asarray(array)


def _axes_of(X: Any) -> int:
    """Return how many axes X has; what does not say so is for scikit-learn to judge."""
    if isinstance(X, list | tuple):
        return int(np.ndim(X))
    return int(getattr(X, "ndim", 2))


def _sequences_of_table(
    estimator: Any, table: "DataFrame", *, reset: bool
) -> tuple[list[NDArray[Any]], NDArray[Any]]:
    """Return the rows of every id as a sequence, in the order of time, and the ids."""
    order = [name for name in (estimator.id, estimator.time) if name is not None]
    columns = [str(name) for name in table.columns if name not in order]
    if not reset:
        columns = [str(name) for name in estimator.feature_names_in_]
    lacking = [name for name in (*order, *columns) if name not in table.columns]
    if lacking:
        raise DataError(
            _n(
                "The table has no column {names}.",
                "The table has no columns {names}.",
                len(lacking),
                names=listed(lacking),
            )
        )
    if reset:
        estimator.feature_names_in_ = np.asarray(columns, dtype=object)
    if table[order].isna().to_numpy().any():
        raise DataError(
            _(
                "Of some rows it is missing whose they are, or when: columns {names}.",
                names=listed(order),
            )
        )
    if estimator.time is not None:
        table = table.sort_values(estimator.time, kind="stable")
    # In the order in which they first appear in the table as it came.
    parts = {key: part[columns] for key, part in table.groupby(estimator.id, sort=False)}
    ids = table.sort_index()[estimator.id].drop_duplicates()
    try:
        rows = [parts[key].to_numpy(dtype=np.float64, na_value=np.nan) for key in ids]
    except (TypeError, ValueError) as error:
        raise DataError(
            _(
                "X: the columns {names} must hold numbers: {error}",
                names=listed(columns),
                error=error,
            )
        ) from error
    return rows, ids.to_numpy()


def require_a_target_each(given: GivenExamples, targets: NDArray[Any]) -> None:
    """Refuse other than one target for each sequence of a table, whose rows are more than they are.

    Raises
    ------
    DataError
        With both numbers.
    """
    if given.ids is not None and len(targets) != len(given.ids):
        raise DataError(
            _n(
                "The table holds {count:,} sequence by its ids, but y has {targets:,} targets: "
                "it needs one for each sequence.",
                "The table holds {count:,} sequences by their ids, but y has {targets:,} targets: "
                "it needs one for each sequence.",
                len(given.ids),
                targets=len(targets),
            )
        )


def in_order_of(ids: NDArray[Any] | None, y: Any) -> Any:
    """Return targets in the order of the examples: those of a pandas series by its index.

    Raises
    ------
    DataError
        An id has no target.
    """
    if ids is None or not hasattr(y, "reindex"):
        return y
    missing = [key for key in ids.tolist() if key not in y.index]
    if missing:
        raise DataError(_("y has no target for {key!r}.", key=missing[0]))
    return y.loc[ids].to_numpy()
