"""Archives of labelled time series: `.ts`, and ARFF whose first column is relational (UEA's).

Read here: the libraries that know `.ts`, sktime and aeon, are frameworks of their own, of which one
function would be used; and what they read leniently, a label that the header does not list, is most
often a slip. The header is a line a setting, the data a line an example, its dimensions divided by
colons (sktime's documentation, "The .ts format"; in ARFF by ``\\n`` within quotes).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray
from axone.data.files.bounds import BYTES_LIMIT
from axone.data.files.compressed import unpack
from axone.data.files.encodings import as_utf8
from axone.data.home import compression_of, kind_of, require_readable
from axone.data.positions import joined
from axone.errors import DataError
from axone.files import read_bounded
from axone.messages import Message, _, listed, shorten

_RELATIONAL = re.compile(r"@attribute\s+(?P<name>\S+)\s+relational", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"@attribute\s+(?P<name>'[^']*'|\"[^\"]*\"|\S+)\s+(?P<kind>.+)", re.I)
_BAG = re.compile(r"\s*(?P<quote>['\"])(?P<bag>.*)(?P=quote)\s*(?:,\s*(?P<label>.*?)\s*)?")
_NUMBERS = re.compile(r"(?:[-+0-9.eE?,\s]|nan)*", re.IGNORECASE)
_SETTINGS = (
    "problemname",
    "timestamps",
    "missing",
    "univariate",
    "dimension",
    "dimensions",
    "equallength",
    "serieslength",
    "classlabel",
    "targetlabel",
)
_HEAD = 2**16
"""Bytes in which the header of an ARFF file says whether it holds series."""


@dataclass(frozen=True, eq=False)
class TimeSeries:
    """What an archive holds.

    Attributes
    ----------
    X : ndarray of shape (m, channels, length)
        NaN where a number is missing, and behind the end of a shorter series.
    y : ndarray of shape (m,) or None
        Labels as they are written, numbers of a regression, or nothing.
    """

    X: FloatArray
    y: NDArray[Any] | None


@dataclass
class _Header:
    """The settings of a file, and what its labels may be."""

    labels: tuple[str, ...] = ()
    has_label: bool = False
    is_amount: bool = False
    dimensions: int | None = None
    start: int = 0
    settings: dict[str, str] = field(default_factory=dict)


def holds_time_series(path: Path) -> bool:
    """Tell whether a file is an archive of time series, by its name or by an ARFF's header."""
    kind = kind_of(path)
    if kind != ".arff" or not path.is_file():
        return kind == ".ts"
    if compression_of(path):
        head = _text(path)[:_HEAD]
    else:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", "replace")
    return any(_RELATIONAL.match(line.strip()) for line in head.splitlines())


def read_time_series(path: Path) -> TimeSeries:
    """Read an archive of time series.

    Raises
    ------
    DataError
        It is no such file, or a line is not what the header says; the message names both.
    """
    lines = _text(path).splitlines()
    is_arff = kind_of(path) == ".arff"
    header = (_arff_header if is_arff else _ts_header)(lines, path)
    rows: list[FloatArray] = []
    labels: list[str] = []
    for number, line in enumerate(lines[header.start :], header.start + 1):
        said = line.strip()
        if not said or said.startswith(("#", "%")):
            continue
        dimensions, label = (_bag if is_arff else _series)(said, header, path, number)
        rows.append(_numbers(dimensions, header, path, number))
        if header.has_label:
            labels.append(_label(label, header, path, number))
    if not rows:
        raise DataError(_("{path} holds no series. Write the file again.", path=path))
    X = joined(rows, "signals", str(path))
    if not header.has_label:
        return TimeSeries(X, None)
    if header.is_amount:
        return TimeSeries(X, np.array([float(label) for label in labels]))
    return TimeSeries(X, np.array(labels))


def time_series_arrays(path: Path) -> tuple[Mapping[str, NDArray[Any]], tuple[Message, ...]]:
    """Return an archive under the keys of an NPZ; a file `…_TEST` beside `…_TRAIN` is its test set.

    Raises
    ------
    DataError
        As `read_time_series`; the series have no labels.
    """
    training = read_time_series(path)
    if training.y is None:
        raise DataError(
            _(
                "{path}: its series have no labels to be learnt. Write them behind each series, "
                "or have the series themselves given back (task = 'reconstruction').",
                path=path,
            )
        )
    arrays = {"X": training.X, "y": training.y, "kind": np.array("signals")}
    beside = _test_file(path)
    if beside is None:
        return arrays, ()
    tested = read_time_series(beside)
    if tested.y is None:
        return arrays, ()
    note = _("test rows are those of {file}", file=beside.name).coded("test_file_beside")
    return {**arrays, "X_test": tested.X, "y_test": tested.y}, (note,)


def _test_file(path: Path) -> Path | None:
    """Return `GunPoint_TEST.ts` for `GunPoint_TRAIN.ts`, if it is there."""
    found = re.fullmatch(r"(.*_)TRAIN(\..*)", path.name, re.IGNORECASE)
    if found is None:
        return None
    candidate = path.with_name(f"{found[1]}TEST{found[2]}")
    return candidate if candidate.is_file() else None


def _text(path: Path) -> str:
    require_readable(path, BYTES_LIMIT)
    packed = read_bounded(path, BYTES_LIMIT) or b""
    content = memoryview(packed)
    if compression := compression_of(path)[1:]:
        content = unpack(content, compression, path).content
    return str(as_utf8(content, path).content, "utf-8")


def _ts_header(lines: Sequence[str], path: Path) -> _Header:
    header = _Header()
    for number, line in enumerate(lines, 1):
        said = line.strip()
        if not said or said.startswith(("#", "%")):
            continue
        word, _blank, value = said.partition(" ")
        key = word[1:].lower()
        if word.lower() == "@data":
            header.start = number
            return _understood(header, path)
        if not word.startswith("@") or key not in _SETTINGS:
            raise _wrong(
                path,
                number,
                _(
                    "{found!r} begins no line of the header, which ends in a line @data; those "
                    "before it begin with one of {keys}",
                    found=shorten(word, 40),
                    keys=listed(f"@{key}" for key in _SETTINGS),
                ),
            )
        header.settings[key] = value.strip()
    raise DataError(
        _("{path} is no archive of time series: it needs a line @data before them.", path=path)
    )


def _understood(header: _Header, path: Path) -> _Header:
    settings = header.settings
    if settings.get("timestamps", "false").lower() == "true":
        raise DataError(
            _(
                "{path}: its series have time stamps, which are not read. Save them without, at "
                "even steps.",
                path=path,
            )
        )
    label = settings.get("classlabel", "false").split()
    header.labels = tuple(label[1:])
    header.is_amount = settings.get("targetlabel", "false").lower().startswith("true")
    header.has_label = header.is_amount or [word.lower() for word in label[:1]] == ["true"]
    count = settings.get("dimensions", settings.get("dimension"))
    if count is not None and not (count.isdecimal() and int(count)):
        raise DataError(
            _("{path}: @dimensions is {count!r}, no whole number.", path=path, count=count)
        )
    header.dimensions = None if count is None else int(count)
    if settings.get("univariate", "").lower() == "true":
        header.dimensions = 1
    return header


def _arff_header(lines: Sequence[str], path: Path) -> _Header:
    header = _Header()
    within = False
    for number, line in enumerate(lines, 1):
        said = line.strip()
        word = said.split(maxsplit=1)[0].lower() if said else ""
        if word == "@data":
            header.start = number
            return header
        if word == "@end":
            within = False
        elif _RELATIONAL.match(said):
            within = True
        elif word == "@attribute" and not within:
            found = _ATTRIBUTE.fullmatch(said)
            kind = found["kind"].strip() if found else ""
            if header.has_label or not found:
                raise _wrong(path, number, _("series are followed by one column, their label"))
            header.has_label = True
            if kind.startswith("{"):
                header.labels = tuple(each.strip(" '\"") for each in kind.strip("{}").split(","))
            elif kind.lower() in ("numeric", "real"):
                header.is_amount = True
            elif kind.lower() != "string":
                raise _wrong(path, number, _("a label is of no type {kind!r}", kind=kind[:40]))
    raise DataError(
        _("{path} is no archive of time series: it needs a line @data before them.", path=path)
    )


def _series(
    line: str, header: _Header, path: Path, number: int
) -> tuple[Sequence[str], str | None]:
    parts = line.split(":")
    if not header.has_label:
        return parts, None
    if len(parts) < 2:
        raise _wrong(path, number, _("a series ends in a colon and its label"))
    return parts[:-1], parts[-1].strip()


def _bag(line: str, header: _Header, path: Path, number: int) -> tuple[Sequence[str], str | None]:
    found = _BAG.fullmatch(line)
    if found is None or (found["label"] is None) is header.has_label:
        raise _wrong(path, number, _("a line is a series in quotes, a comma and its label"))
    label = found["label"]
    return found["bag"].split("\\n"), None if label is None else label.strip("'\"")


def _numbers(dimensions: Sequence[str], header: _Header, path: Path, number: int) -> FloatArray:
    if header.dimensions not in (None, len(dimensions)):
        raise _wrong(
            path,
            number,
            _(
                "{found} dimensions, where the header says {wanted}",
                found=len(dimensions),
                wanted=header.dimensions,
            ),
        )
    channels = []
    for text in dimensions:
        try:
            if not _NUMBERS.fullmatch(text):
                raise ValueError(text)
            cells = [float(cell) for cell in text.replace("?", "nan").split(",")]
        except ValueError as error:
            raise _wrong(path, number, _no_number(text)) from error
        with np.errstate(over="ignore"):  # an infinity is told with its place
            channels.append(np.array(cells, dtype=np.float32))
    lengths = {len(channel) for channel in channels}
    if len(lengths) > 1:
        raise _wrong(
            path,
            number,
            _("its dimensions are of unlike lengths, {lengths}", lengths=listed(sorted(lengths))),
        )
    return np.stack(channels)


def _no_number(text: str) -> Message:
    """Return which of the cells of a dimension is no number."""
    if not text.strip():
        return _("a dimension holds no numbers; what is missing is written as ?")
    cells = text.split(",")
    position = next((at for at, cell in enumerate(cells) if not _is_number(cell)), 0)
    return _(
        "the cell {cell!r} at position {position} (counted from 0) is no number; what is missing "
        "is written as ?",
        cell=shorten(cells[position].strip(), 40),
        position=position,
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace("?", "nan"))
    except ValueError:
        return False
    return _NUMBERS.fullmatch(cell) is not None


def _label(label: str | None, header: _Header, path: Path, number: int) -> str:
    text = label or ""
    if header.is_amount:
        try:
            if not np.isfinite(float(text)):
                raise ValueError(text)
        except ValueError as error:
            raise _wrong(path, number, _("the target {text!r} is no number", text=text)) from error
    elif not text or text == "?" or (header.labels and text not in header.labels):
        raise _wrong(
            path,
            number,
            _(
                "the label {text!r} is none of the header's {labels}",
                text=text,
                labels=listed(header.labels),
            ),
        )
    return text


def _wrong(path: Path, line: int, fault: Message) -> DataError:
    return DataError(_("{path}, line {line}: {fault}.", path=path, line=line, fault=fault))
