"""The doors of the data room: `load_dataset`, `read_rows` and `list_datasets`.

A source is a name, a file or a table. Names are looked up among the built-in and generated sets,
then in the data home, then among the downloads; files beside the experiment that names them, in
the current folder and in the data home.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from axone.checks import as_array, check_choice, check_seed
from axone.data.array_dataset import make_array_dataset
from axone.data.builtin import BUILT_IN, load_built_in
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
from axone.data.npz import describe_npz, read_npz, read_npz_rows
from axone.data.tables import count_columns, dataset_from_frame, read_table
from axone.errors import ArgumentTypeError, DataError, UnknownNameError
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
        An archive's targets as they stand in it, where it has any.
    """

    X: Rows
    y: NDArray[Any] | None = None


def load_dataset(
    source: "str | Path | DataFrame",
    *,
    target: str | None = None,
    task: TaskChoice = "auto",
    beside: Path | None = None,
    seed: int = 0,
) -> Dataset:
    """Load a dataset from wherever it is.

    Parameters
    ----------
    source : str, Path, or pandas or polars frame
        A name such as ``"iris"``, or a file that ends in .npz, .csv, .csv.gz, .tsv, .tsv.gz or
        .parquet. A file that is nowhere stands for the dataset of its name: ``iris.npz``.
    target : str, optional
        The column of a table to predict, or one of an archive's several named targets.
    task : {"auto", "classification", "regression"}, default "auto"
        Decided from the target's type and values.
    beside : Path, optional
        The experiment file, or its folder: where a relative path is looked for first, since an
        experiment and its data travel together.
    seed : int, default 0
        Of generated sets.

    Returns
    -------
    Dataset

    Raises
    ------
    UnknownNameError
        No dataset of that name.
    DataError
        No such file, or one that cannot be learnt from; the message says what is wrong where.

    Examples
    --------
    >>> iris = load_dataset("iris")
    >>> iris.X.shape, iris.class_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    """
    check_choice("task", task, ("auto", "classification", "regression"))
    check_seed(seed)
    if is_frame(source):
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
            return replace(_load_file(path, target, task), source=str(path.resolve()))
        name = _stand_in(source, beside)
    else:
        name = source
    return replace(_load_named(name, target, task, seed), source=name)


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
        name = target or str(getattr(y, "name", None) or "target")
        table = as_frame(X, "X").assign(**{name: as_array(y, "y")})
        return dataset_from_frame(table, name="table", target=name, task=task)
    arrays = {"X": as_array(X, "X"), "y": as_array(y, "y")}
    return make_array_dataset("rows", arrays, task=task, target=target)


def read_rows(path: str | Path) -> NewRows:
    """Read rows to predict from: the table of a CSV or Parquet file, or `X` of an archive.

    Raises
    ------
    DataError
        The file is not there, damaged, empty or of another kind.
    """
    found = Path(path).expanduser()
    _require_known_suffix(found)
    if suffix_of(found) == ".npz":
        return NewRows(*read_npz_rows(found))
    return NewRows(read_table(found))


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
    name = _canonical(stem_of(source))
    if name not in {**BUILT_IN, **GENERATED, **DOWNLOADS}:
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
        )
    return name


def _load_named(name: str, target: str | None, task: TaskChoice, seed: int) -> Dataset:
    canonical = _canonical(name)
    if canonical in BUILT_IN:
        return load_built_in(canonical, task, target)
    if canonical in GENERATED:
        return generate(canonical, seed, task, target)
    path = find_at_home(name) or find_at_home(canonical)
    if path is None and canonical in DOWNLOADS:
        download(canonical)
        path = find_at_home(canonical)
    if path is None:
        raise UnknownNameError(
            _("dataset"),
            name,
            _known_names(),
            where=_("Looked among the known names and in {folder}", folder=data_home()),
        )
    return _load_file(path, target, task)


def _canonical(name: str) -> str:
    return name.strip().lower().replace("-", "_")


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
