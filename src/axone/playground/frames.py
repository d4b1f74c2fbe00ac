"""The binary form of a frame: a header of JSON, then arrays as they lie in memory.

A frame is `4 bytes: H, little-endian | H bytes: JSON, padded with spaces | arrays`, everything at
multiples of 8, so that a browser lays typed arrays over it without a copy. `decode` is the same way
back, for tests and for clients in Python.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.errors import DataError
from axone.messages import _

DTYPES: Mapping[str, str] = {"u1": "|u1", "i4": "<i4", "f4": "<f4", "f8": "<f8"}
"""The kinds of numbers that a frame may hold, by the names that headers give them."""

_ALIGNED = 8
_LENGTH = 4


@dataclass(frozen=True, eq=False)
class NamedArray:
    """One array of a frame.

    Attributes
    ----------
    name : str
        ``"units.0"``.
    values : array
        Of a dtype of `DTYPES`.
    extras : mapping
        What the header says of the array besides: ``{"low": …}``. NaN and infinities become null.
    header : mapping
        What the frame's header says because this array is there: ``{"not_finite": True}``.
    """

    name: str
    values: NDArray[Any]
    extras: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class DecodedFrame:
    """A frame as it was read: its header, and its arrays by name."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    def extras(self, name: str) -> dict[str, Any]:
        """Return all that the header says of one array.

        Raises
        ------
        KeyError
            There is none of that name.
        """
        for entry in self.header["arrays"]:
            if entry["name"] == name:
                return dict(entry)
        raise KeyError(name)


def encode(
    number: int,
    state: Mapping[str, Any],
    arrays: Iterable[NamedArray],
    header: Mapping[str, Any] | None = None,
) -> bytes:
    """Write a frame.

    Parameters
    ----------
    number : int
        Of the frame.
    state : mapping
        Plain JSON data; NaN and infinities become null.
    arrays : iterable of NamedArray
        In this order.
    header : mapping, optional
        What the header is to say besides; what arrays add to it stands behind.

    Raises
    ------
    DataError
        An array of another dtype than those of `DTYPES`.
    """
    entries: list[dict[str, Any]] = []
    said: dict[str, Any] = {"frame": int(number), "state": state, **(header or {})}
    pieces: list[bytes] = []
    offset = 0
    for array in arrays:
        kind = _kind(array)
        # In C order, little-endian, whatever the machine is.
        stored = np.asarray(array.values, dtype=DTYPES[kind], order="C").tobytes()
        entries.append(
            {
                **array.extras,
                "name": array.name,
                "dtype": kind,
                "shape": list(array.values.shape),
                "offset": offset,
            }
        )
        said.update(array.header)
        padding = -len(stored) % _ALIGNED
        pieces.append(stored + bytes(padding))
        offset += len(stored) + padding
    said["arrays"] = entries
    text = json.dumps(_plain(said), allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + _LENGTH) % _ALIGNED)
    return b"".join((len(text).to_bytes(_LENGTH, "little"), text, *pieces))


def decode(data: bytes) -> DecodedFrame:
    """Read a frame.

    Raises
    ------
    DataError
        It is none, or it is cut short.
    """
    try:
        begin = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
        header = json.loads(data[_LENGTH:begin])
        arrays = {}
        for entry in header["arrays"]:
            dtype, shape = np.dtype(DTYPES[entry["dtype"]]), tuple(entry["shape"])
            start, count = begin + entry["offset"], math.prod(shape)
            arrays[entry["name"]] = np.frombuffer(data, dtype, count, start).reshape(shape)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            _("These {count:,} bytes are no frame, or not all of it.", count=len(data))
        ) from error
    return DecodedFrame(header, arrays)


def _kind(array: NamedArray) -> str:
    kind = array.values.dtype.str[1:]
    if kind not in DTYPES:
        raise DataError(
            _(
                "A frame holds no {dtype}, which {name} is of.",
                dtype=array.values.dtype,
                name=array.name,
            )
        )
    return kind


def _plain(value: Any) -> Any:
    """Return what JSON can hold: NaN and infinities become null, NumPy's numbers Python's."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, str) else value
