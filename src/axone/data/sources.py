"""The doors of the data room: `load_dataset`, `read_rows` and `list_datasets`.

A source is a name, a file or a table. Names are looked up among the built-in and generated sets,
then in the data home, then among the downloads; files beside the experiment that names them, in
the current folder and in the data home.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from axone.checks import as_array, check_choice, check_seed
from axone.data.array_dataset import make_array_dataset
from axone.data.array_examples import arrays_of_rows
from axone.data.builtin import BUILT_IN, load_built_in
from axone.data.conditions import condition_of
from axone.data.dataset import Dataset, DatasetInfo, Rows, TaskChoice
from axone.data.fetched import DOWNLOADS, download
from axone.data.files import STANDARD_INPUT, RawTable, count_columns, read_raw_table
from axone.data.frames import as_frame, is_frame
from axone.data.generated import GENERATED, generate
from axone.data.home import (
    COMPRESSIONS,
    KINDS,
    data_home,
    files_at_home,
    find_at_home,
    stem_of,
    suffix_of,
)
from axone.data.media import read_folder
from axone.data.names import canonical, spelled
from axone.data.npz import describe_npz, read_npz, read_npz_rows
from axone.data.reading import read_columns
from axone.data.series import series_of_frame
from axone.data.series_windows import windows_of
from axone.data.tables import dataset_from_frame
from axone.data.time_series_files import (
    holds_time_series,
    read_time_series,
    time_series_arrays,
)
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
        How the file was read, where that is not plain.
    """

    X: Rows
    y: NDArray[Any] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableOptions:
    """What is said about a table, beside its target.

    Attributes
    ----------
    columns : mapping of str to str
        What columns are, as `TableEncoder.fit` takes it.
    missing : sequence of str
        Marks that stand for a missing cell in every column.
    query : str, optional
        Of a database: SQL, or the name of a table.
    sheet : str, optional
        Of a spreadsheet.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    missing: Sequence[str] = ()
    query: str | None = None
    sheet: str | None = None


NO_OPTIONS = TableOptions()


def load_dataset(
    source: "str | Path | DataFrame",
    *,
    target: str | None = None,
    task: TaskChoice = "auto",
    table: TableOptions = NO_OPTIONS,
    beside: Path | None = None,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Load a dataset from wherever it is.

    Parameters
    ----------
    source : str, Path, or pandas or polars frame
        A name such as ``"iris"``; a folder of images or sounds, with a subfolder for each class;
        an NPZ file, an archive of time series (.ts) or a table's (CSV, Excel, Parquet, ARFF, …, see
        `axone.data.home.SUFFIXES`); ``-`` for a table on standard input; or a database's URL. A
        file that is nowhere stands for the dataset of its name, ``iris.npz``, or of another name
        of it: ``weather_data_cleaned.npz`` for ``weather_nyc``.
    target : str, optional
        The column of a table to predict, or one of an archive's several named targets; or a
        comparison with one, which makes two classes: ``"price > 100"``, ``"digit == 5"``.
    task : {"auto", "classification", "regression"}, default "auto"
        Decided from the target's type and values.
    table : TableOptions, optional
        How a table is to be read where its cells do not say it.
    beside : Path, optional
        The experiment file, or its folder: where a relative path is looked for first, since an
        experiment and its data travel together.
    seed : int, default 0
        Of generated sets.
    options : mapping, optional
        Of generated sets too: rows, noise, and what else each has (`axone datasets moons` tells).
        Of a series, and of a table whose rows are one: lags, horizon, …
        (`axone.data.series_windows.OPTIONS`).

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
    check_seed(seed)
    if is_frame(source):
        return _of_rows(source, "table", target, task, table, options=options)
    if not isinstance(source, (str, Path)):
        raise ArgumentTypeError(
            _(
                "A dataset is a name, a file or a pandas or polars frame, not {kind}.",
                kind=type(source),
            )
        )
    if isinstance(source, str) and is_stream(source):
        return replace(_load_file(source, target, task, table, options), source=source)
    folder = _find_folder(source, beside)
    if folder is not None:
        if target is not None:
            raise ConfigurationError(
                _(
                    "{folder} takes no target such as {target!r}: of a folder the names of its "
                    "subfolders are the classes. Leave it out.",
                    folder=folder,
                    target=target,
                )
            )
        return replace(read_folder(folder, task, options), source=str(folder.resolve()))
    if isinstance(source, Path) or _looks_like_file(source):
        path = _find_file(source, beside)
        if path is not None:
            loaded = _load_file(path, target, task, table, options)
            return replace(loaded, source=str(path.resolve()))
        name = _stand_in(source, beside)
    else:
        name = source
    return replace(_load_named(name, target, task, table, seed, options), source=name)


def dataset_of(
    rows: Any,
    *,
    target: str | None = None,
    task: TaskChoice = "auto",
    table: TableOptions = NO_OPTIONS,
) -> Dataset:
    """Return rows in memory as a dataset, held to the same rules as those of a file.

    Parameters
    ----------
    rows : Dataset, (X, y), or pandas or polars frame
        Of a frame, one column is the target; X may be a frame too, an array, or a list of arrays
        of unlike lengths: (channels, length) each, (length, features), or (length,).
    target, task, table
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
        return _of_frame(rows, "table", target, task, table)
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
        frame = as_frame(X, "X").assign(**{name: as_array(y, "y")})
        return _of_frame(frame, "table", target or name, task, table)
    arrays = {**arrays_of_rows(X), "y": as_array(y, "y")}
    return make_array_dataset("rows", arrays, task=task, target=target)


def read_rows(
    path: str | Path, table: TableOptions = NO_OPTIONS, target: str | None = None
) -> NewRows:
    """Read rows to predict from: a table as its file has it, or `X` of an archive.

    Parameters
    ----------
    path : str or Path
    table : TableOptions, optional
        How a table is to be read where its cells do not say it.
    target : str, optional
        What an archive's rows are labelled by: of a comparison such as ``digit == 5``, `y` says of
        which rows it is true.

    Raises
    ------
    DataError
        The file is not there, damaged, empty or of another kind.
    """
    if not is_stream(str(path)):
        path = Path(path).expanduser()
        _require_known_suffix(path)
        if suffix_of(path) == ".npz":
            return NewRows(*read_npz_rows(path, condition_of(target)))
        if holds_time_series(path):
            series = read_time_series(path)
            return NewRows(series.X, series.y)
    raw = read_table(path, table)
    return NewRows(raw.frame, notes=raw.notes)


def read_table(source: str | Path, table: TableOptions = NO_OPTIONS) -> RawTable:
    """Read a table as its file has it, with at least one row.

    Raises
    ------
    DataError
        As `read_raw_table`; the table has no rows.
    """
    raw = read_raw_table(source, query=table.query, sheet=table.sheet)
    if not len(raw.frame):
        raise DataError(
            _("{path} has names of columns but no rows. Add the rows.", path=shown_source(source))
        )
    return raw


def find_table(source: str | Path) -> str | Path:
    """Return where a table is: the file here or in the data home; a stream as it is.

    Raises
    ------
    DataError
        There is no such file, or it is no table's.
    """
    if isinstance(source, str) and is_stream(source):
        return source
    named = not isinstance(source, Path) and not _looks_like_file(source)
    path = find_at_home(str(source)) if named else _find_file(source, None)
    if path is None:
        _stand_in(source, None)
    if path is None or suffix_of(path) == ".npz":
        raise DataError(
            _(
                "{source} is a dataset of arrays, all numbers: there are no cells to be read.",
                source=source,
            )
        )
    return path


def file_of(source: str, beside: Path | None = None) -> str | Path | None:
    """Return the file that a source is, here or in the data home, or the stream.

    None where it is the name of a dataset that is made or fetched, a folder, or nothing at all.

    Raises
    ------
    DataError
        Its ending is that of no file that can be read.
    """
    if is_stream(source):
        return source
    if _find_folder(source, beside) is not None or canonical(source) in {*BUILT_IN, *GENERATED}:
        return None
    if _looks_like_file(source):
        return _find_file(source, beside)
    return find_at_home(source) or find_at_home(canonical(source))


def is_of_arrays(source: str | Path) -> bool:
    """Tell whether a source is here and holds arrays, not a table: nothing is downloaded for it."""
    if isinstance(source, str) and is_stream(source):
        return False
    if isinstance(source, str) and canonical(source) in {*BUILT_IN, *GENERATED}:
        return True
    if _find_folder(source, None) is not None:
        return True
    if isinstance(source, Path) or _looks_like_file(source):
        path = _find_file(source, None)
    else:
        path = find_at_home(source) or find_at_home(canonical(source))
    return path is not None and (suffix_of(path) == ".npz" or holds_time_series(path))


def is_stream(source: str) -> bool:
    """Tell whether a source is standard input or a database's URL: no file to be looked for."""
    return source == STANDARD_INPUT or "://" in source


def is_name(source: str | Path) -> bool:
    """Tell whether a source is a dataset's name: no stream, and no file or folder unless known."""
    text = str(source)
    if is_stream(text) or _looks_like_file(text) or not text:
        return False
    return canonical(text) in _own_names() or bool(find_at_home(text)) or not Path(text).exists()


def shown_source(source: str | Path) -> str:
    """Return a source as messages call it: no password, no sign for a name."""
    text = str(source)
    if text == STANDARD_INPUT:
        return str(_("standard input"))
    return re.sub(r"://[^/@]*@", "://", text)


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


def _find_folder(source: str | Path, beside: Path | None) -> Path | None:
    """Return the folder of classes that a source is; a dataset's name goes before a folder's."""
    path = Path(source).expanduser()
    is_name = isinstance(source, str) and not _looks_like_file(source)
    if suffix_of(path) or not str(source):
        return None
    if is_name and (canonical(str(source)) in _own_names() or find_at_home(str(source))):
        return None
    candidates = (folder / path for folder in _folders(beside))
    return next((candidate for candidate in candidates if candidate.is_dir()), None)


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
                "{suffixes}, texts also in {compressions} behind it. Built-in datasets are given "
                "by name, such as 'iris'.",
                path=str(path),
                suffixes=listed(KINDS),
                compressions=listed(COMPRESSIONS),
            )
        )


def _load_file(
    path: str | Path,
    target: str | None,
    task: TaskChoice,
    table: TableOptions,
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    if suffix_of(path) == ".npz":
        return read_npz(Path(path), task, target, options)
    if not is_stream(str(path)) and holds_time_series(Path(path)):
        _require_no_options(str(path), options)
        arrays, told = time_series_arrays(Path(path))
        dataset = make_array_dataset(
            stem_of(path), arrays, task=task, target=target, where=str(path)
        )
        return replace(dataset, notes=(*told, *dataset.notes))
    raw = read_table(path, table)
    shown = shown_source(path)
    name = source_name(path) if is_stream(str(path)) else stem_of(path)
    dataset = _of_rows(raw.frame, name, target, task, table, shown, options)
    return replace(dataset, notes=(*raw.notes, *dataset.notes), facts=raw.facts)


def source_name(source: str | Path) -> str:
    """Return what a dataset is called: ``adult`` of ``adult.csv.gz`` and ``sqlite:///adult.db``."""
    text = str(source)
    if not is_stream(text):
        return Path(text).name.split(".")[0] or "run"
    return "table" if text == STANDARD_INPUT else re.sub(r"\W+", "_", Path(text).stem) or "table"


def _of_rows(
    frame: Any,
    name: str,
    target: str | None,
    task: TaskChoice,
    table: TableOptions,
    where: str = "",
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Make a dataset of a table: of its rows or, where options say how far back, of its windows."""
    if not options:
        return _of_frame(frame, name, target, task, table, where)
    where = where or name
    plain = as_frame(frame, where)
    read = read_columns(plain, table.columns, table.missing, target, where)
    series, notes = series_of_frame(name, read, where, target)
    dates = [column for column, kind in read.kinds.items() if kind == "date"]
    if len(dates) == 1:
        options = {"time": dates, **options}
    dataset = windows_of(series, target, options)
    return replace(dataset, notes=(*notes, *dataset.notes))


def _of_frame(
    frame: Any,
    name: str,
    target: str | None,
    task: TaskChoice,
    table: TableOptions,
    where: str = "",
) -> Dataset:
    return dataset_from_frame(
        frame,
        name=name,
        target=target,
        task=task,
        columns=table.columns,
        missing=table.missing,
        where=where,
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
                "{name} takes no options such as {option!r}: only generated datasets do ({names}), "
                "and series.",
                name=name,
                option=next(iter(options)),
                names=listed(GENERATED),
            )
        )


def _load_named(
    name: str,
    target: str | None,
    task: TaskChoice,
    table: TableOptions,
    seed: int,
    options: Mapping[str, Any] | None,
) -> Dataset:
    known = canonical(name)
    if known in GENERATED:
        return generate(known, seed, task, target, options)
    if known in BUILT_IN:
        _require_no_options(name, options)
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
    return _load_file(path, target, task, table, options)


def _known_names() -> Iterable[str]:
    return sorted(_own_names() | {stem_of(path) for path in files_at_home()})


def _own_names() -> set[str]:
    return {*BUILT_IN, *GENERATED, *DOWNLOADS}


def _describe(path: Path) -> DatasetInfo | None:
    if suffix_of(path) == ".npz":
        return describe_npz(path)
    try:
        columns = _n("{count} column", "{count} columns", count_columns(path))
    except DataError:
        return None
    return DatasetInfo(stem_of(path), "", None, columns, None, "data home")
