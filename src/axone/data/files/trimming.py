"""Blanks around the cells of a column, taken away where there are any.

To take them away costs as much as to read the text, and hardly a column of a large file has any: so
they are looked for first, in the bytes at the ends of the cells alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from axone.data.files.encodings import Glance

_BLANK = 0x20
_RARE_BLANKS = frozenset({b"\t", b"\v", b"\f"})
_ANY_BLANKS = np.frombuffer(b" \t\v\f\r\n\xc2\xe2\xe3\xa0", dtype=np.uint8)


def trimmed(columns: Sequence[Any], glance: Glance, quoted: bool) -> list[Any]:
    """Take away the blanks around cells, where there are any, and what is empty then."""
    # Blanks other than " " are rare in the whole of a file; without them a column is looked at
    # only where it holds a " " at all, which columns of numbers do not.
    rare = quoted or bool(_RARE_BLANKS & glance.signs)  # line ends, in quotes
    plain = not rare and glance.is_ascii
    return [
        _shortened(column)
        if any(_has_blanks_around(chunk, plain) for chunk in column.chunks)
        else column
        for column in columns
    ]


def _shortened(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _has_blanks_around(chunk: Any, plain: bool) -> bool:
    """Tell whether a cell begins or ends with a blank, from the bytes at its ends alone."""
    _valid, offsets, data = chunk.buffers()
    if data is None or not len(chunk) or (plain and b" " not in data.to_pybytes()):
        return False
    cells = np.frombuffer(data, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    filled = bounds[1:] > bounds[:-1]
    ends = np.concatenate([cells[bounds[:-1][filled]], cells[bounds[1:][filled] - 1]])
    if plain:
        return bool((ends == _BLANK).any())
    # Blanks beyond ASCII begin with one of three bytes, which hardly any other characters end in.
    return bool(np.isin(ends, _ANY_BLANKS).any())
