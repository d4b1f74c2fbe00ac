"""What an archive says of its examples beside `X`: their kind, which positions are there, groups.

``mask`` (m, length) or ``lengths`` (m,) say how much of each row is there; rows of unlike lengths
may also lie one behind the other in `X`, positions first, told apart by ``lengths`` or ``offsets``
(m + 1,). ``groups`` says whom each row is of, ``time`` when it was, ``kind`` what the examples are
where their shape does not. ``text`` or ``names`` stand for an `X` of text. Those of the test rows
end in ``_test``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, IntArray
from axone.checks import as_array
from axone.data.dataset import ExampleKind, channels_stand_last, kind_of_examples
from axone.data.positions import (
    AlongTime,
    filled,
    gaps_in,
    gaps_told,
    joined,
    lengthened,
    require_room,
    with_nothing_at,
)
from axone.data.signals import of_unlike_lengths
from axone.data.tokens import PADDING
from axone.errors import DataError
from axone.messages import Message, _, listed

Arrays = Mapping[str, NDArray[Any]]

TEXTS = ("text", "names")
"""What an archive may call examples of text."""

BESIDE = ("mask", "lengths", "offsets")
"""What says which positions are there."""

KEYS = (
    *(f"{key}{part}" for key in (*TEXTS, *BESIDE) for part in ("", "_test")),
    "groups",
    "time",
    "spans",
    "kind",
)
"""All keys that are read here, besides `X` and `X_test`."""

KINDS = tuple(kind for kind in get_args(ExampleKind) if kind != "table")


@dataclass(frozen=True, eq=False)
class ArrayExamples:
    """Examples of an archive as a dataset has them.

    Attributes
    ----------
    arrays : mapping of str to ndarray
        The archive's, `X` and `X_test` arranged, rows in the order of time where that is told.
    kind : ExampleKind
    groups, spans : ndarray of int, optional
        As of `Dataset`.
    notes : tuple of Message
    """

    arrays: Arrays
    kind: ExampleKind
    groups: IntArray | None = None
    spans: IntArray | None = None
    notes: tuple[Message, ...] = ()


def examples_of(arrays: Arrays, where: str) -> ArrayExamples:
    """Arrange the examples of an archive.

    Parameters
    ----------
    arrays : mapping of str to ndarray
    where : str
        The file, for messages.

    Raises
    ------
    DataError
        What stands beside `X` does not fit it; the message says what would.
    """
    found = _with_texts_as_examples(dict(arrays))
    kind = _named_kind(found, where)
    if "X" in found:
        found["X"], kind = _arranged(found, "", kind, where)
    if "X_test" in found:
        found["X_test"], test_kind = _arranged(found, "_test", kind, where)
        kind = kind or test_kind
    if kind is None:
        kind = "features"
    said = {"kind", *BESIDE} & set(found)
    guessed = () if said or "X" not in found else _axes_guessed(found["X"], kind)
    found, notes = _along_time(found, kind, where)
    examples = ArrayExamples(found, kind, notes=guessed + notes)
    if "X" not in found:
        return examples
    return _in_order(replace(examples, groups=_groups(found, where)), where)


def arrays_of_rows(X: Any) -> dict[str, NDArray[Any]]:
    """Return rows in memory under the keys of an archive, rows of unlike lengths one after another.

    Of arrays with two axes the one that differs between rows is time.

    Raises
    ------
    DataError
        The rows are no array, nor of unlike lengths alone.
    """
    if not of_unlike_lengths(X):
        return {"X": as_array(X, "X")}
    rows = [as_array(row, "X") for row in X]
    axes = {row.ndim for row in rows}
    kind = "signals"
    if axes == {2}:
        heights, widths = ({row.shape[axis] for row in rows} for axis in (0, 1))
        kind = "sequences" if len(widths) == 1 and len(heights) > 1 else "signals"
    if axes == {1} and all(row.dtype.kind in "iu" for row in rows):
        lengths = np.array([len(row) for row in rows])
        return {"X": np.concatenate(rows), "lengths": lengths, "kind": np.array("tokens")}
    return {"X": joined(rows, cast(AlongTime, kind), "X"), "kind": np.array(kind)}


def _with_texts_as_examples(found: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    for part in ("", "_test"):
        for key in TEXTS:
            if f"{key}{part}" in found and f"X{part}" not in found:
                found[f"X{part}"] = found[f"{key}{part}"]
    return found


def _named_kind(found: Arrays, where: str) -> ExampleKind | None:
    given = found.get("kind")
    if given is None:
        return None
    word = str(given.item()) if given.size == 1 else ""
    if word not in KINDS:
        raise DataError(
            _(
                "{where}: kind is {found!r}; allowed are {kinds}.",
                where=where,
                found=word or given.shape,
                kinds=listed(KINDS),
            )
        )
    return cast(ExampleKind, word)


def _arranged(
    found: Arrays, part: str, kind: ExampleKind | None, where: str
) -> tuple[NDArray[Any], ExampleKind | None]:
    """Return X, or X_test, with what is not there marked, and what its examples are."""
    X = found[f"X{part}"]
    beside = {key: found[f"{key}{part}"] for key in BESIDE if f"{key}{part}" in found}
    if X.dtype.kind == "U" and X.ndim == 1:
        _require_alone(beside, f"X{part}", _("text"), where)
        return X, "text"
    if X.ndim == 0 or X.dtype.kind not in "biuf":
        return X, kind  # refused where all arrays are
    offsets = _offsets(X, beside, kind, part, where)
    if offsets is not None:
        return _taken_apart(X, offsets, kind, where)
    if not beside:
        return _of_kind(X, kind, f"X{part}", where)
    mask = _mask(X, beside, kind, part, where)
    if kind is None:
        kind = _kind_by_mask(X, mask)
    X, kind = _of_kind(X, kind, f"X{part}", where)
    if kind == "tokens":
        return np.where(mask, X, PADDING), kind
    if kind not in get_args(AlongTime):
        raise DataError(
            _(
                "{where}: {key} says which positions are there, but the examples are {kind}, "
                "which have none: leave it out.",
                where=where,
                key=listed(beside),
                kind=kind,
            )
        )
    return with_nothing_at(X, mask, cast(AlongTime, kind)), kind


def _require_alone(beside: Arrays, key: str, what: str, where: str) -> None:
    if beside:
        raise DataError(
            _(
                "{where}: {key} is {what}, whose length shows: leave {beside} out.",
                where=where,
                key=key,
                what=what,
                beside=listed(beside),
            )
        )


def _of_kind(
    X: NDArray[Any], kind: ExampleKind | None, key: str, where: str
) -> tuple[NDArray[Any], ExampleKind | None]:
    """Return examples with the axes of their kind, one channel added where it is left out."""
    if kind is None and channels_stand_last(X.shape):
        raise DataError(
            _(
                "{where}: {key} has shape {shape}, which looks like images with their channels "
                "last: they stand before height and width, numpy.moveaxis({key}, -1, 1). If these "
                "do, say so with kind = 'images' beside {key}.",
                where=where,
                key=key,
                shape=X.shape,
            )
        )
    kind = kind or kind_of_examples(X)
    axes = X.ndim - 1
    if kind == "signals" and axes == 1:
        return X[:, None, :], kind
    if kind == "sequences" and axes == 1:
        return X[:, :, None], kind
    allowed = {"signals": (2,), "sequences": (2,), "images": (2, 3), "tokens": (1,)}
    if axes not in allowed.get(kind, (axes,)) or kind == "text":
        raise DataError(
            _(
                "{where}: {key} has shape {shape}, which are no {kind}: signals are (m, channels, "
                "length), sequences (m, length, features), images (m, height, width) or (m, "
                "channels, height, width), tokens (m, length).",
                where=where,
                key=key,
                shape=X.shape,
                kind=kind,
            )
        )
    if kind == "tokens" and not _are_whole(X):
        raise DataError(
            _(
                "{where}: {key} holds {dtype}, and tokens are whole numbers.",
                where=where,
                key=key,
                dtype=X.dtype,
            )
        )
    return (X.astype(np.int64) if kind == "tokens" else X), kind


def _axes_guessed(X: NDArray[Any], kind: ExampleKind) -> tuple[Message, ...]:
    """Tell of signals that may well be something else: there are not fewer channels than moments.

    A picture stored as floats has as many rows as columns; of most sequences that are stored
    features last, there are fewer features than positions.
    """
    if kind != "signals" or X.ndim != 3 or not 1 < X.shape[2] <= X.shape[1]:
        return ()
    return (
        _(
            "X of shape {shape} was taken for signals (m, channels, length); kind = 'sequences' "
            "beside it says that the last axis are features, kind = 'images' that they are grey "
            "images",
            shape=X.shape,
        ).coded("axes_guessed"),
    )


def _are_whole(X: NDArray[Any]) -> bool:
    if X.dtype.kind in "iu":
        return True
    return X.dtype.kind == "f" and bool((np.abs(X) < 2**31).all() and (np.floor(X) == X).all())


def _offsets(
    X: NDArray[Any],
    beside: Arrays,
    kind: ExampleKind | None,
    part: str,
    where: str,
) -> IntArray | None:
    """Return where each row of a flat X begins, and where the last ends; None if X is not flat."""
    given = beside.get("offsets")
    if given is None:
        lengths = beside.get("lengths")
        if lengths is None or lengths.ndim != 1 or lengths.dtype.kind not in "iu":
            return None
        if len(lengths) == len(X) or X.ndim > 2 or int(lengths.sum()) != len(X):
            return None
        given = np.concatenate([[0], np.cumsum(lengths)])
    if given.ndim != 1 or given.dtype.kind not in "iu" or len(given) < 2:
        raise DataError(
            _(
                "{where}: offsets{part} is of type {dtype} and shape {shape}; it must be one row "
                "of whole numbers, where each example begins and last where the last one ends.",
                where=where,
                part=part,
                dtype=given.dtype,
                shape=given.shape,
            )
        )
    offsets = given.astype(np.int64)
    if offsets[0] != 0 or offsets[-1] != len(X) or (np.diff(offsets) < 1).any() or X.ndim > 2:
        raise DataError(
            _(
                "{where}: offsets{part} goes from {first} to {last} and must rise from 0 to the "
                "{positions} positions of X{part}, whose shape {shape} must be (positions,) or "
                "(positions, channels).",
                where=where,
                part=part,
                first=int(offsets[0]),
                last=int(offsets[-1]),
                positions=len(X),
                shape=X.shape,
            )
        )
    return offsets


def _taken_apart(
    X: NDArray[Any], offsets: IntArray, kind: ExampleKind | None, where: str
) -> tuple[NDArray[Any], ExampleKind]:
    rows = np.split(X, offsets[1:-1])
    if kind == "tokens" or (kind is None and X.ndim == 1 and X.dtype.kind in "iu"):
        length = int(np.diff(offsets).max())
        require_room(len(rows) * length * 8, where)
        tokens = np.full((len(rows), length), PADDING, dtype=np.int64)
        for target, row in zip(tokens, rows, strict=True):
            target[: len(row)] = row
        return tokens, "tokens"
    if kind == "sequences":
        return joined(rows, "sequences", where), "sequences"
    channels_first = [row[None] if row.ndim == 1 else row.T for row in rows]
    return joined(channels_first, "signals", where), "signals"


def _mask(
    X: NDArray[Any], beside: Arrays, kind: ExampleKind | None, part: str, where: str
) -> BoolArray:
    """Return which positions are there, checked against X."""
    if "mask" in beside and "lengths" in beside:
        raise DataError(
            _("{where}: mask{part} and lengths{part} both: give one.", where=where, part=part)
        )
    axes = X.shape[1:]
    possible = {axes[0]} if kind == "sequences" else {axes[-1]} if kind == "signals" else {*axes}
    if len(axes) not in (1, 2):
        possible = set()
    if "mask" in beside:
        mask = beside["mask"]
        fits = mask.ndim == 2 and len(mask) == len(X) and mask.shape[1] in possible
        truths = mask.dtype.kind in "biuf" and bool(np.isin(mask, (0, 1)).all())
        if not fits or not truths:
            raise DataError(
                _(
                    "{where}: mask{part} has shape {shape} and holds {dtype}; it must hold True or "
                    "False for each position of X{part} {examples}: shape (m, length).",
                    where=where,
                    part=part,
                    shape=mask.shape,
                    dtype=mask.dtype,
                    examples=X.shape,
                )
            )
        mask = mask.astype(bool)
    else:
        lengths = beside["lengths"]
        length = axes[0] if kind == "sequences" else axes[-1] if axes else 0
        fits = lengths.shape == (len(X),) and lengths.dtype.kind in "iu" and bool(possible)
        fits = fits and lengths.size > 0
        if fits and (lengths.min() < 1 or lengths.max() > length):
            row = int(np.argmax((lengths < 1) | (lengths > length)))
            raise DataError(
                _(
                    "{where}: lengths{part} must be from 1 to {length}, the length of X{part}, "
                    "but is {found} in row {row} (counted from 0).",
                    where=where,
                    part=part,
                    length=length,
                    found=int(lengths[row]),
                    row=row,
                )
            )
        if not fits:
            raise DataError(
                _(
                    "{where}: lengths{part} must hold a whole number from 1 to the length of X"
                    "{part} {examples} for each of its rows; found {dtype} of shape {shape}. "
                    "Rows one behind the other are (positions,) or (positions, channels).",
                    where=where,
                    part=part,
                    examples=X.shape,
                    dtype=lengths.dtype,
                    shape=lengths.shape,
                )
            )
        mask = np.arange(length) < lengths.astype(np.int64)[:, None]
    empty = np.flatnonzero(~mask.any(axis=1))
    if len(empty):
        raise DataError(
            _(
                "{where}: mask{part} leaves out all of row {row} (counted from 0): leave it out "
                "of X.",
                where=where,
                part=part,
                row=int(empty[0]),
            )
        )
    return mask


def _kind_by_mask(X: NDArray[Any], mask: BoolArray) -> ExampleKind:
    if X.ndim == 2:
        return "tokens" if X.dtype.kind in "iu" else "signals"
    return "signals" if mask.shape[1] == X.shape[2] else "sequences"


def _along_time(
    found: dict[str, NDArray[Any]], kind: ExampleKind, where: str
) -> tuple[dict[str, NDArray[Any]], tuple[Message, ...]]:
    """Bring training and test rows to one length, and tell of their gaps."""
    present = [key for key in ("X", "X_test") if key in found and found[key].dtype.kind in "biuf"]
    if kind == "tokens" and all(found[key].ndim == 2 for key in present):
        length = max((found[key].shape[1] for key in present), default=0)
        for key in present:
            missing = ((0, 0), (0, length - found[key].shape[1]))
            found[key] = np.pad(found[key], missing, constant_values=PADDING)
    if kind not in get_args(AlongTime) or not all(found[key].ndim == 3 for key in present):
        return found, ()
    along = cast(AlongTime, kind)
    axis = 2 if along == "signals" else 1
    length = max((found[key].shape[axis] for key in present), default=0)
    notes: tuple[Message, ...] = ()
    for key in present:
        if not found[key].size:
            continue
        place = f"{where}: {key}"
        # What cannot be filled is told before anything is learnt.
        filled(found[key], along, place)
        notes += gaps_told(gaps_in(found[key], along), key)
        found[key] = lengthened(found[key], length, along)
    return found, notes


def _unknown_moments(time: NDArray[Any]) -> BoolArray:
    return np.isnat(time) if time.dtype.kind == "M" else np.isnan(time)


def _groups(found: Arrays, where: str) -> IntArray | None:
    groups = found.get("groups")
    if groups is None:
        return None
    rows = len(found["X"]) if found["X"].ndim else 0
    if groups.shape != (rows,) or groups.dtype.kind not in "biufU":
        raise DataError(
            _(
                "{where}: groups has shape {shape} and holds {dtype}; it must hold a number or a "
                "text for each of the {rows} rows of X.",
                where=where,
                shape=groups.shape,
                dtype=groups.dtype,
                rows=rows,
            )
        )
    return np.asarray(np.unique(groups, return_inverse=True)[1]).astype(np.int64)


def _in_order(examples: ArrayExamples, where: str) -> ArrayExamples:
    """Sort rows by their time, where that is told; rows of one moment stay together."""
    found = dict(examples.arrays)
    rows = len(found["X"]) if found["X"].ndim else 0
    spans = found.get("spans")
    if spans is not None:
        if spans.shape != (rows, 2) or spans.dtype.kind not in "iu":
            raise DataError(
                _(
                    "{where}: spans has shape {shape} and holds {dtype}; it must hold two whole "
                    "numbers for each row of X, when its target begins and ends.",
                    where=where,
                    shape=spans.shape,
                    dtype=spans.dtype,
                )
            )
        return replace(examples, spans=spans.astype(np.int64))
    time = found.get("time")
    if time is None:
        return examples
    usable = time.dtype.kind in "iufM" and time.shape == (rows,)
    if not usable or (time.dtype.kind in "fM" and bool(_unknown_moments(time).any())):
        raise DataError(
            _(
                "{where}: time has shape {shape} and holds {dtype}; it must hold a number or a "
                "date for each of the {rows} rows of X, none missing.",
                where=where,
                shape=time.shape,
                dtype=time.dtype,
                rows=rows,
            )
        )
    order = np.argsort(time, kind="stable")
    for key in ("X", "y"):
        if key in found and found[key].ndim and len(found[key]) == rows:
            found[key] = found[key][order]
    rank = np.unique(time, return_inverse=True)[1][order].astype(np.int64)
    groups = None if examples.groups is None else examples.groups[order]
    return replace(examples, arrays=found, groups=groups, spans=np.column_stack([rank, rank + 1]))
