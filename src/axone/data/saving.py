"""A dataset written to a file of the user's own: an archive of arrays, or a table as CSV.

What is read back is the same dataset: examples, targets, the names of features and classes, and in
an archive the source's own test rows.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.data.dataset import Dataset, kind_of_examples
from axone.data.home import suffix_of
from axone.data.targets import USUAL_TARGETS
from axone.errors import ConfigurationError, DataError
from axone.files import require_folder, told_of_writing, written_whole
from axone.messages import Message, _

if TYPE_CHECKING:
    from pandas import DataFrame

_ARCHIVE, _TABLE = ".npz", ".csv"


def save_dataset(
    dataset: Dataset, path: str | Path, *, overwrite: bool = False
) -> tuple[Message, ...]:
    """Write a dataset whole or not at all.

    Parameters
    ----------
    dataset : Dataset
    path : str or Path
        ``.npz`` for `X`, `y` and their names, as `load_dataset` reads them; ``.csv`` for a table
        with a line of names, the target last.
    overwrite : bool, default False
        Whether a file that is there already may be replaced.

    Returns
    -------
    tuple of Message
        What the file does not hold.

    Raises
    ------
    ConfigurationError
        Another ending, or a file that is there already.
    DataError
        Text or missing cells for an archive, images or signals for a table, or a folder that
        cannot be written to.
    """
    path = Path(path)
    suffix = suffix_of(path)
    if suffix not in (_ARCHIVE, _TABLE):
        raise ConfigurationError(
            _(
                "{path}: datasets are saved as {archive} or {table}: end its name in one of them.",
                path=path,
                archive=_ARCHIVE,
                table=_TABLE,
            )
        )
    require_folder(path)
    if path.exists() and not overwrite:
        raise ConfigurationError(
            _(
                "{path} is there already: choose another name, or replace it with --overwrite "
                "(overwrite=True).",
                path=path,
            )
        )
    if suffix == _ARCHIVE:
        arrays = _arrays(dataset, path)
        with written_whole(path) as file, told_of_writing(path):
            np.savez_compressed(file, allow_pickle=False, **arrays)
        return ()
    write_table(path, _table(dataset, path))
    if dataset.y_test is None:
        return ()
    return (
        _(
            "{path} holds the training rows alone: a table has no place for the {rows:,} test "
            "rows, {archive} has.",
            path=path,
            rows=len(dataset.y_test),
            archive=_ARCHIVE,
        ).coded("test_rows_not_saved"),
    )


def write_table(path: Path, table: "DataFrame") -> None:
    """Write a table as CSV, whole or not at all, into a folder that is made if need be.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    with told_of_writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file, told_of_writing(path):
        table.to_csv(file, index=False)


def _arrays(dataset: Dataset, path: Path) -> dict[str, NDArray[Any]]:
    """Return a dataset under the keys of an archive."""
    if dataset.is_table:
        raise DataError(
            _(
                "{path}: {name} is a table, whose columns may hold text and missing cells: save it "
                "as {table}.",
                path=path,
                name=dataset.name,
                table=_TABLE,
            )
        )
    arrays: dict[str, Any] = {"X": dataset.X, "y": dataset.y}
    beside = {"groups": dataset.groups, "spans": dataset.spans}
    arrays |= {key: array for key, array in beside.items() if array is not None}
    if dataset.kind != kind_of_examples(dataset.X):
        arrays["kind"] = np.array(dataset.kind)
    if dataset.y_test is not None:
        arrays |= {"X_test": dataset.X_test, "y_test": dataset.y_test}
    names = {
        "feature_names": dataset.feature_names,
        "target_names": dataset.class_names or dataset.target_names,
    }
    return arrays | {key: np.array(words, dtype=str) for key, words in names.items() if words}


def _table(dataset: Dataset, path: Path) -> "DataFrame":
    """Return a dataset as a table whose last columns are the target."""
    import pandas as pd

    if dataset.X.ndim != 2:
        raise DataError(
            _(
                "{path}: the examples of {name} have shape {shape}, which is no row of a table: "
                "save them as {archive}.",
                path=path,
                name=dataset.name,
                shape=dataset.X.shape[1:],
                archive=_ARCHIVE,
            )
        )
    features = dataset.feature_names or [f"x{n + 1}" for n in range(dataset.X.shape[1])]
    table = pd.DataFrame(dataset.X, columns=list(features))
    if dataset.task == "classification":
        columns = {_target_name(dataset): np.array(dataset.class_names, dtype=object)[dataset.y]}
    else:
        y = dataset.y.reshape(len(dataset.y), -1)
        several = dataset.target_names or tuple(f"y{n + 1}" for n in range(y.shape[1]))
        names = several if y.shape[1] > 1 else (_target_name(dataset),)
        columns = dict(zip(names, y.T, strict=True))
    return table.assign(**columns)


def _target_name(dataset: Dataset) -> str:
    """Return the column of the target: its own, else a usual one that no feature has."""
    if dataset.target_name:
        return dataset.target_name
    taken = set(dataset.feature_names)
    own = dataset.target_names if dataset.task == "regression" else ()
    return next(name for name in (*own, *USUAL_TARGETS, "the target") if name not in taken)
