"""The doors of the data room: `load_dataset`, `read_rows` and `list_datasets`.

A source is a name, a file or a table. Names are looked up among the built-in and generated sets,
then in the data home, then among the downloads; files beside the experiment that names them, in
the current folder and in the data home.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.checks import check_choice, check_integer
from axone.data.array_dataset import make_array_dataset
from axone.data.builtin import BUILT_IN, load_built_in
from axone.data.comparing import with_truth
from axone.data.conditions import Condition, condition_of
from axone.data.dataset import Dataset, DatasetInfo, Rows, TaskChoice
from axone.data.fetched import DOWNLOADS, download
from axone.data.frames import as_frame, is_frame
from axone.data.generated import GENERATED, generate
from axone.data.home import (
    SUFFIXES,
    data_home,
    files_at_home,
    find_at_home,
    stem_of,
    suffix_of,
)
from axone.data.names import canonical, spelled
from axone.data.npz import describe_npz, read_npz, read_npz_rows
from axone.data.tables import count_columns, dataset_from_frame, read_table, rows_left_out
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, UnknownNameError
from axone.messages import _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows to predict from.

    Parameters
    ----------
    X : ndarray or pandas.DataFrame
        For `Preprocessing.transform`; a table may still hold its target.
    y : ndarray or None
        An archive's targets as they stand in it, where it has any; of a condition its truth.
    notes : tuple of str
        What was left out.
    """

    X: Rows
    y: NDArray[Any] | None = None
    notes: tuple[str, ...] = ()


def load_dataset(
    source: "str | Path | DataFrame",
    *,
    target: str | None = None,
    task: TaskChoice = "auto",
    beside: Path | None = None,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Load a dataset from wherever it is.

    Parameters
    ----------
    source : str, Path, or pandas or polars frame
        A name such as ``"iris"``, or a file that ends in .npz, .csv, .csv.gz, .tsv, .tsv.gz or
        .parquet. A file that is nowhere stands for the dataset of its name, ``iris.npz``, or of
        another name of it: ``weather_data_cleaned.npz`` for ``weather_nyc``.
    target : str, optional
        The column of a table to predict, or one of an archive's several named targets; or a
        comparison with one, which makes two classes: ``"price > 100"``, ``"digit == 5"``.
    task : {"auto", "classification", "regression"}, default "auto"
        Decided from the target's type and values.
    beside : Path, optional
        The experiment file, or its folder: where a relative path is looked for first, since an
        experiment and its data travel together.
    seed : int, default 0
        Of generated sets.
    options : mapping, optional
        Of generated sets too: rows, noise, and what else each has (`axone datasets moons` tells).

    Returns
    -------
    Dataset

    Raises
    ------
    UnknownNameError
        No dataset of that name, or no option of that name for it.
    ConfigurationError
        An option with a value that is not allowed, or options of a dataset that is not generated.
    DataError
        No such file, or one that cannot be learnt from; the message says what is wrong where.

    Examples
    --------
    >>> iris = load_dataset("iris")
    >>> iris.X.shape, iris.class_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    >>> load_dataset("moons", options={"rows": 50, "noise": 0.3}).X.shape
    (50, 2)
    """
    check_choice("task", task, ("auto", "classification", "regression"))
    check_integer("seed", seed, at_least=0)
    if is_frame(source):
        _require_no_options("table", options)
        return dataset_from_frame(source, name="table", target=target, task=task)
    if not isinstance(source, (str, Path)):
        raise ArgumentTypeError(
            _(
                "A dataset is a name, a file or a pandas or polars frame, not {kind}.",
                kind=type(source),
            )
        )
    if isinstance(source, Path) or _looks_like_file(source):
        path = _find_file(source, beside)
        if path is not None:
            _require_no_options(str(source), options)
            return replace(_load_file(path, target, task), source=str(path.resolve()))
        name = _stand_in(source, beside)
    else:
        name = source
    return replace(_load_named(name, target, task, seed, options), source=name)


def dataset_of(rows: Any, *, target: str | None = None, task: TaskChoice = "auto") -> Dataset:
    """Return rows in memory as a dataset, held to the same rules as those of a file.

    Parameters
    ----------
    rows : Dataset, (X, y), or pandas or polars frame
        Of a frame, one column is the target; X may be a frame too, or an array.
    target, task
        As of `load_dataset`.

    Raises
    ------
    DataError
        They cannot be learnt from; the message says what is wrong where.
    ArgumentTypeError
        They are none of these.

    Examples
    --------
    >>> dataset_of(([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], ["a", "b", "a"])).class_names
    ('a', 'b')
    """
    if isinstance(rows, Dataset):
        return rows
    if is_frame(rows):
        return dataset_from_frame(rows, name="table", target=target, task=task)
    if not isinstance(rows, tuple) or len(rows) != 2:
        raise ArgumentTypeError(
            _(
                "Rows in memory are a Dataset, (X, y), or a pandas or polars frame, not {kind}.",
                kind=type(rows),
            )
        )
    X, y = rows
    if is_frame(X):
        compared = condition_of(target)
        own = str(getattr(y, "name", None) or "target")
        name = own if target is None else target if compared is None else compared.name
        table = as_frame(X, "X").assign(**{name: np.asarray(y)})
        return dataset_from_frame(table, name="table", target=target or name, task=task)
    arrays = {"X": np.asarray(X), "y": np.asarray(y)}
    return make_array_dataset("rows", arrays, task=task, target=target)


def read_rows(path: str | Path, target: str | None = None) -> NewRows:
    """Read rows to predict from: the table of a CSV or Parquet file, or `X` of an archive.

    Parameters
    ----------
    path : str or Path
    target : str, optional
        What they are labelled by: of a comparison such as ``price > 100``, `y` says of which rows
        it is true; rows of a table that do not say are left out.

    Raises
    ------
    DataError
        The file is not there, damaged, empty or of another kind.
    """
    found = Path(path).expanduser()
    _require_known_suffix(found)
    if suffix_of(found) == ".npz":
        return NewRows(*read_npz_rows(found, condition_of(target)))
    table = read_table(found)
    condition = condition_of(target, table.columns)
    return NewRows(table) if condition is None else _told_apart(table, condition, str(found))


def _told_apart(table: "DataFrame", condition: Condition, where: str) -> NewRows:
    """Return the rows of a table with the truth of a condition on them."""
    judged = with_truth(condition, table, where)
    there = judged[condition.text].notna().to_numpy()
    y = judged.pop(condition.text)[there].to_numpy(dtype=bool)
    notes: tuple[str, ...] = ()
    if not there.all():
        notes = (rows_left_out(int((~there).sum()), condition.text),)
    return NewRows(judged[there].reset_index(drop=True), y, notes)


def list_datasets() -> list[DatasetInfo]:
    """List every dataset that `load_dataset` knows by name, without loading any.

    A file of the data home that is no dataset is left out.
    """
    listed = {**BUILT_IN, **GENERATED}
    for path in files_at_home():
        if stem_of(path) not in listed and (info := _describe(path)):
            listed[info.name] = info
    for name, known in DOWNLOADS.items():
        listed.setdefault(name, known.info)
    return list(listed.values())


def _looks_like_file(source: str) -> bool:
    return bool(suffix_of(source)) or "/" in source or "\\" in source or "." in source


def _find_file(source: str | Path, beside: Path | None) -> Path | None:
    _require_known_suffix(Path(source))
    path = Path(source).expanduser()
    candidates = (folder / path for folder in _folders(beside))
    # Joined to an absolute path, a folder gives way.
    return next((candidate for candidate in candidates if candidate.exists()), None)


def _folders(beside: Path | None) -> list[Path]:
    near = [] if beside is None else [beside if beside.is_dir() else beside.parent]
    return [*near, Path(), data_home()]


def _require_known_suffix(path: Path) -> None:
    if not suffix_of(path):
        raise DataError(
            _(
                "{path!r} is no kind of file that can be read: its name must end in "
                "{suffixes}. Built-in datasets are given by name, such as 'iris'.",
                path=str(path),
                suffixes=listed(SUFFIXES),
            )
        )


def _load_file(path: Path, target: str | None, task: TaskChoice) -> Dataset:
    if suffix_of(path) == ".npz":
        return read_npz(path, task, target)
    return dataset_from_frame(
        read_table(path), name=stem_of(path), target=target, task=task, where=str(path)
    )


def _stand_in(source: str | Path, beside: Path | None) -> str:
    """Return the name of the dataset that a file that is nowhere stands for."""
    name = canonical(stem_of(source))
    if name not in _known_names():
        looked = listed(dict.fromkeys(str(folder.resolve()) for folder in _folders(beside)))
        where = (
            str(source)
            if Path(source).is_absolute()
            else _("{source} (looked in {looked})", source=source, looked=looked)
        )
        raise DataError(
            _(
                "There is no file {where}. Give the path of a file, or one of the datasets "
                "known by name: {names}.",
                where=where,
                names=listed(_known_names()),
            )
            if name == spelled(stem_of(source))
            else _(
                "There is no file {where}, nor the dataset {name!r} for which it stands. Give the "
                "path of a file, put one of either name into {folder}, or give one of the "
                "datasets known by name: {names}.",
                where=where,
                name=name,
                folder=data_home(),
                names=listed(_known_names()),
            )
        )
    return name


def _require_no_options(name: str, options: Mapping[str, Any] | None) -> None:
    if options:
        raise ConfigurationError(
            _(
                "{name} takes no options such as {option!r}: only generated datasets do ({names}).",
                name=name,
                option=next(iter(options)),
                names=listed(GENERATED),
            )
        )


def _load_named(
    name: str,
    target: str | None,
    task: TaskChoice,
    seed: int,
    options: Mapping[str, Any] | None,
) -> Dataset:
    known = canonical(name)
    if known in GENERATED:
        return generate(known, seed, task, target, options)
    _require_no_options(name, options)
    if known in BUILT_IN:
        return load_built_in(known, task, target)
    # What a file is called goes before what its name stands for.
    path = find_at_home(name) or find_at_home(spelled(name)) or find_at_home(known)
    if path is None and known in DOWNLOADS:
        download(known)
        path = find_at_home(known)
    if path is None:
        raise UnknownNameError(
            _("dataset"),
            name,
            _known_names(),
            where=_("Looked among the known names and in {folder}", folder=data_home()),
        )
    return _load_file(path, target, task)


def _known_names() -> Iterable[str]:
    at_home = {stem_of(path) for path in files_at_home()}
    return sorted({*BUILT_IN, *GENERATED, *DOWNLOADS, *at_home})


def _describe(path: Path) -> DatasetInfo | None:
    if suffix_of(path) == ".npz":
        return describe_npz(path)
    try:
        columns = _n("{count} column", "{count} columns", count_columns(path))
    except DataError:
        return None
    return DatasetInfo(stem_of(path), "", None, columns, None, "data home")
