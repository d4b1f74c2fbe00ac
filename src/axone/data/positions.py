"""Rows that lie along time: which positions are there, gaps filled, rows of unlike lengths joined.

Before preprocessing a row carries this itself: a position at which no channel holds a number (NaN
in all of them), before its first number or behind its last, is not there; NaN between numbers is a
gap of the measurement, which `filled` bridges. So a part of the rows, or a new one, needs nothing
beside it, as elsewhere rows padded by NaN do (tslearn, aeon). Inputs of a network are finite and
have a mask instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.bounds import ARRAY_BYTES
from axone.data.finite import row_chunks
from axone.errors import DataError
from axone.messages import Message, _, _n

AlongTime: TypeAlias = Literal["signals", "sequences"]
"""Signals are (m, channels, length), sequences (m, length, features)."""


@dataclass(frozen=True)
class Gaps:
    """What was missing between the numbers of some rows.

    Attributes
    ----------
    cells : int
        NaN at positions that are there.
    rows : int
        That have any.
    """

    cells: int = 0
    rows: int = 0

    def __bool__(self) -> bool:
        return self.cells > 0


def there(X: NDArray[Any], kind: AlongTime) -> BoolArray | None:
    """Return which positions are there, (m, length); None where all are.

    From the first position to the last at which any channel holds a number.

    Examples
    --------
    >>> signals = np.array([[[1.0, np.nan, 3.0, np.nan]]])
    >>> there(signals, "signals")
    array([[ True,  True,  True, False]])
    """
    if not _has_nan(X):
        return None
    known = ~np.isnan(X).all(axis=_channel_axis(kind))
    begun = np.logical_or.accumulate(known, axis=1)
    unfinished = np.logical_or.accumulate(known[:, ::-1], axis=1)[:, ::-1]
    mask: BoolArray = begun & unfinished
    return None if mask.all() else mask


def lengths_of(X: NDArray[Any], kind: AlongTime) -> IntArray:
    """Return how many positions of each row are there, (m,)."""
    mask = there(X, kind)
    if mask is None:
        length = X.shape[2] if kind == "signals" else X.shape[1]
        return np.full(len(X), length)
    return np.asarray(mask.sum(axis=1))


def gaps_in(X: NDArray[Any], kind: AlongTime) -> Gaps:
    """Count what `filled` will fill."""
    if not _has_nan(X):
        return Gaps()
    missing = np.isnan(_channels_first(X, kind))
    mask = there(X, kind)
    if mask is not None:
        missing &= mask[:, None, :]
    return Gaps(int(missing.sum()), int(missing.any(axis=(1, 2)).sum()))


def filled(X: NDArray[Any], kind: AlongTime, where: str = "input") -> NDArray[Any]:
    """Return X without NaN: gaps interpolated along time, zeros where nothing is there.

    Between two numbers of a channel the line through both is taken; before its first and behind its
    last, where other channels go on, that number.

    Raises
    ------
    DataError
        An infinite cell, a row of no number at all, or one in which a channel has none.

    Examples
    --------
    >>> filled(np.array([[[1.0, np.nan, 3.0, np.nan]]]), "signals")
    array([[[1., 2., 3., 0.]]])
    """
    if not _has_nan(X):
        _require_no_infinity(X, where)
        return X
    full = X.copy()
    by_channel = _channels_first(full, kind)
    mask = there(X, kind)
    positions = np.arange(by_channel.shape[2])
    for row in np.flatnonzero(np.isnan(by_channel).any(axis=(1, 2))).tolist():
        present = positions if mask is None else np.flatnonzero(mask[row])
        if not len(present):
            raise _of_no_number(row, where)
        for channel, numbers in enumerate(by_channel[row]):
            known = np.flatnonzero(~np.isnan(numbers))
            if not len(known):
                raise _of_an_empty_channel(row, channel, where)
            if len(known) < len(present):
                numbers[present] = np.interp(present, known, numbers[known])
        if mask is not None:
            by_channel[row][:, ~mask[row]] = 0
    _require_no_infinity(full, where)
    return full


def gaps_told(gaps: Gaps, where: str) -> tuple[Message, ...]:
    """Say what was filled, where anything was."""
    if not gaps:
        return ()
    return (
        _n(
            "{where}: {count:,} missing number of {rows} filled in from its neighbours along time",
            "{where}: {count:,} missing numbers of {rows} filled in from their neighbours along "
            "time",
            gaps.cells,
            where=where,
            rows=_n("{count:,} row", "{count:,} rows", gaps.rows),
        ).coded("gaps_filled"),
    )


def _channels(count: int, kind: AlongTime) -> Message:
    if kind == "signals":
        return _n("{count:,} channel", "{count:,} channels", count)
    return _n("{count:,} feature", "{count:,} features", count)


def joined(rows: Sequence[NDArray[Any]], kind: AlongTime, where: str) -> FloatArray:
    """Return rows of unlike lengths as one array, NaN behind the end of the shorter ones.

    Parameters
    ----------
    rows : sequence of ndarray
        (channels, length) each for signals, (length, features) for sequences; of one channel
        `(length,)` too.
    kind : {"signals", "sequences"}
    where : str
        For messages.

    Raises
    ------
    DataError
        Rows that hold no numbers, of other channels than the first, of no length; or that together
        would not fit into memory, since one is so much longer than the rest.
    """
    axis = 1 if kind == "signals" else 0
    arrays = [_as_row(row, number, axis, where) for number, row in enumerate(rows)]
    if not arrays:
        raise DataError(_("{where} holds no rows.", where=where))
    channels, length = arrays[0].shape[1 - axis], max(array.shape[axis] for array in arrays)
    for number, array in enumerate(arrays):
        if array.shape[1 - axis] != channels:
            raise DataError(
                _(
                    "{where}: row {row} (counted from 0) has {found}, the first has {wanted}: all "
                    "need the same, and a row is of shape {shape}.",
                    where=where,
                    row=number,
                    found=_channels(array.shape[1 - axis], kind),
                    wanted=_channels(channels, kind),
                    shape="(channels, length)" if kind == "signals" else "(length, features)",
                )
            )
        if not array.size:
            raise _of_no_number(number, where)
    dtype = np.result_type(np.float32, *{array.dtype for array in arrays})
    require_room(len(arrays) * channels * length * dtype.itemsize, where)
    shape = (channels, length) if kind == "signals" else (length, channels)
    full = np.full((len(arrays), *shape), np.nan, dtype=dtype)
    for target, array in zip(full, arrays, strict=True):
        target[tuple(map(slice, array.shape))] = array
    return full


def lengthened(X: NDArray[Any], length: int, kind: AlongTime) -> NDArray[Any]:
    """Return rows with so many positions, NaN at those that are new."""
    axis = 2 if kind == "signals" else 1
    if X.shape[axis] == length:
        return X
    shape = list(X.shape)
    shape[axis] = length
    full = np.full(shape, np.nan, dtype=np.result_type(X.dtype, np.float32))
    full[tuple(map(slice, X.shape))] = X
    return full


def with_nothing_at(X: NDArray[Any], mask: BoolArray, kind: AlongTime) -> NDArray[Any]:
    """Return X with NaN at the positions that a mask (m, length) leaves out."""
    if mask.all():
        return X
    full = X.astype(np.result_type(X.dtype, np.float32))
    np.moveaxis(full, _channel_axis(kind), 2)[~mask] = np.nan
    return full


def require_room(size: int, where: str) -> None:
    """Refuse arrays of more bytes than `ARRAY_BYTES`, before they are made.

    Raises
    ------
    DataError
    """
    if size > ARRAY_BYTES:
        raise DataError(
            _(
                "{where}: all rows as long as the longest take {size:.1f} GiB, above the limit of "
                "{limit:.1f} GiB. Cut the longest, or use part of the rows.",
                where=where,
                size=size / 2**30,
                limit=ARRAY_BYTES / 2**30,
            )
        )


def _as_row(row: Any, number: int, axis: int, where: str) -> NDArray[Any]:
    array = np.asarray(row)
    if array.ndim == 1:
        array = np.expand_dims(array, 1 - axis)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise DataError(
            _(
                "{where}: row {row} (counted from 0) has shape {shape} and holds {dtype}: a row "
                "along time is an array of numbers of one or two axes.",
                where=where,
                row=number,
                shape=array.shape,
                dtype=array.dtype,
            )
        )
    return array


def _channel_axis(kind: AlongTime) -> int:
    return 1 if kind == "signals" else 2


def _channels_first(X: NDArray[Any], kind: AlongTime) -> NDArray[Any]:
    """Return a view (m, channels, length)."""
    return X if kind == "signals" else X.swapaxes(1, 2)


def _has_nan(X: NDArray[Any]) -> bool:
    return X.dtype.kind == "f" and any(np.isnan(X[rows]).any() for rows in row_chunks(X))


def _require_no_infinity(X: NDArray[Any], where: str) -> None:
    for rows in row_chunks(X):
        if X.dtype.kind == "f" and np.isinf(X[rows]).any():
            row, *place = np.argwhere(np.isinf(X[rows]))[0].tolist()
            raise DataError(
                _(
                    "{where}: a cell of row {row} (counted from 0) is infinite, at {place}. "
                    "Correct it, or leave the row out.",
                    where=where,
                    row=rows.start + row,
                    place=tuple(place),
                )
            )


def _of_no_number(row: int, where: str) -> DataError:
    return DataError(
        _(
            "{where}: row {row} (counted from 0) holds no number at all: leave it out.",
            where=where,
            row=row,
        )
    )


def _of_an_empty_channel(row: int, channel: int, where: str) -> DataError:
    return DataError(
        _(
            "{where}: channel {channel} of row {row} (both counted from 0) holds no number, from "
            "which its gaps could be filled: leave the row out, or the channel.",
            where=where,
            channel=channel,
            row=row,
        )
    )
