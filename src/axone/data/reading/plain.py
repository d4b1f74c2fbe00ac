"""Columns of numbers as programs write them, decided without looking at each text by itself.

Most columns of most tables are digits with at most a point. They are cast as a whole, and only what
a cast would hide is looked for: zeros before a code, points that may stand between thousands, more
digits than floating point holds.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.data.reading.cells import text_array, text_bytes
from axone.data.reading.moments import may_be_dates
from axone.data.reading.numerals import LARGEST_EXACT

_LOOKED_AT = 1000
"""Cells among which one must show that points stand before decimals."""

_PLAIN = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

_SHOWS_DECIMALS = re.compile(r"-?(?:0\.\d+|\d{4,}\.\d+|\d*\.(?:\d{1,2}|\d{4,}))(?:[eE][+-]?\d+)?")
"""No sign between thousands stands so."""

_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])\.(?:19|20|21)\d\d")
"""But a point between month and year may."""


@dataclass(frozen=True, eq=False)
class PlainNumbers:
    """A column of plain numbers.

    Attributes
    ----------
    values : ndarray of shape (m,)
        int64, or float64 with NaN where a cell is empty.
    deciding : int
        The row, counted from 0, of a cell that shows a decimal point; −1 where all are whole.
    texts : list of str or None
        The first cells.
    """

    values: NDArray[Any]
    deciding: int
    texts: list[str | None]


def plain_numbers(column: Any) -> PlainNumbers | None:
    """Read a column of text as plain numbers; None where anything about it must be decided.

    Parameters
    ----------
    column : pandas Series of text
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    array = text_array(column)
    if array.null_count == len(array):
        return None
    texts = array[:_LOOKED_AT].to_pylist()
    present = [text for text in texts if text]
    if not present or not all(map(_PLAIN.fullmatch, present)):
        return None
    whole = all(text.lstrip("-").isdecimal() for text in present)
    try:
        numbers = pc.cast(array, pa.int64() if whole else pa.float64())
    except pa.ArrowInvalid:
        return None
    values = numbers.to_numpy(zero_copy_only=False)
    if whole:
        return _whole(array, values, texts)
    deciding = next((n for n, text in enumerate(texts) if text and _is_decided(text)), -1)
    if deciding < 0 or not _is_real(values, numbers.null_count):
        return None
    return PlainNumbers(values, deciding, texts)


def _is_decided(text: str) -> bool:
    return _SHOWS_DECIMALS.fullmatch(text) is not None and _MONTH.fullmatch(text) is None


def _whole(array: Any, values: NDArray[Any], texts: list[str | None]) -> PlainNumbers | None:
    offsets, data = text_bytes(array)
    lengths = np.diff(offsets)
    long = lengths > 1
    if long.any() and (data[offsets[:-1][long]] == ord("0")).any():
        return None
    least, most = np.nanmin(values), np.nanmax(values)
    if max(abs(least), abs(most)) >= LARGEST_EXACT or may_be_dates(least, most):
        return None
    # Of a minus sign and a zero before digits no cast says anything either.
    if least < 0 and _has_signed_zeros(offsets, data, lengths):
        return None
    return PlainNumbers(values, -1, texts)


def _has_signed_zeros(
    offsets: NDArray[np.int32], data: NDArray[np.uint8], lengths: NDArray[np.int32]
) -> bool:
    starts = offsets[:-1][lengths > 2]
    return bool(((data[starts] == ord("-")) & (data[starts + 1] == ord("0"))).any())


def _is_real(values: NDArray[np.float64], missing: int) -> bool:
    """Tell whether numbers are finite, and not so large that they may be codes of many digits."""
    least, most = np.nanmin(values), np.nanmax(values)
    if max(abs(least), abs(most)) >= LARGEST_EXACT:
        return False
    # What is no number, or infinite, is said by words, which must be told.
    return missing > 0 or not np.isnan(values).any()
