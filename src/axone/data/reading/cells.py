"""The cells of a column of text, each different one once, and their shapes.

A shape is a cell with a 9 for every digit: ``1.234,50 €`` is ``9.999,99 €``. A column of a million
cells has some dozen shapes, so that how it is written is decided on them, whatever its length.
"""

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, IntArray

if TYPE_CHECKING:
    pass

_AS_NINE = np.arange(256, dtype=np.uint8)
_AS_NINE[ord("0") : ord("9") + 1] = ord("9")

_PLAIN_SIGNS = (
    dict.fromkeys("−‐‑‒–—﹣－", "-")
    | dict.fromkeys("’‘ʼ′´＇", "'")
    | {
        "٫": ".",
        "٬": ",",
        "．": ".",
        "，": ",",
        "⁄": "/",
        "∕": "/",
        "％": "%",
        "﹪": "%",
        "＋": "+",
    }
    | dict(zip("￥￡＄￦￠", "¥£$₩¢", strict=True))
)
"""What is set with care is read as what is typed: any dash is a minus, any apostrophe one."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A column of text: its different cells, and which of them stands in which row.

    Attributes
    ----------
    written : pyarrow.StringArray
        The different cells as they are written, in the order in which they come first.
    texts : pyarrow.StringArray
        The same with typographic signs made plain and blanks around them trimmed, which numbers,
        dates and truths are read by.
    codes : ndarray of int32, shape (m,)
        For each row the number of its cell; −1 where it is empty.
    """

    written: Any
    texts: Any
    codes: IntArray

    @classmethod
    def of(cls, column: Any) -> "Cells":
        """Take a column of text.

        Parameters
        ----------
        column : pyarrow.ChunkedArray or StringArray, or pandas Series of text
        """
        import pyarrow.compute as pc

        encoded = text_array(column).dictionary_encode()
        written = encoded.dictionary
        codes = np.asarray(pc.fill_null(encoded.indices, -1), dtype=np.int32)
        texts = _plain(written)
        empty = np.asarray(pc.equal(pc.binary_length(texts), 0))
        if empty.any():
            codes = np.where(np.append(empty, True)[codes], np.int32(-1), codes)
        return cls(written, texts, codes)

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def counts(self) -> IntArray:
        """In how many rows each text stands, (n_texts,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @cached_property
    def shapes(self) -> tuple[list[str], IntArray]:
        """The different shapes, and the number of the shape of each text, (n_texts,)."""
        import pyarrow as pa

        offsets, data = self.bytes
        nines = pa.py_buffer(np.ascontiguousarray(_AS_NINE[data]))
        array = pa.StringArray.from_buffers(len(self.texts), pa.py_buffer(offsets), nines)
        encoded = array.dictionary_encode()
        return encoded.dictionary.to_pylist(), np.asarray(encoded.indices, dtype=np.int32)

    @cached_property
    def bytes(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Where each text begins and, last, where all end, (n_texts + 1,); and their bytes."""
        return text_bytes(self.texts)

    def row_of(self, text: int) -> int:
        """Return the first row that holds a text, counted from 0; −1 where none does."""
        found = self.codes == text
        return int(np.argmax(found)) if found.any() else -1

    def text(self, number: int) -> str:
        """Return a text as it is written."""
        return str(self.written[number].as_py())

    def examples(self, among: BoolArray | None = None, most: int = 3) -> list[str]:
        """Return some of the texts as they are written, in the order of the rows."""
        present = self.counts > 0 if among is None else among & (self.counts > 0)
        return [self.text(int(number)) for number in np.flatnonzero(present)[:most]]


@dataclass(frozen=True, eq=False)
class SeenCells:
    """The texts of a column looked at as of some kind, which a subclass knows by their shapes.

    Attributes
    ----------
    cells : Cells
    counted : ndarray of bool, shape (n_texts,)
        Texts to look at: those that are no missing marks.
    """

    cells: Cells
    counted: BoolArray

    def of_shapes(self, wanted: list[bool]) -> BoolArray:
        """Return which texts have one of the shapes wanted, (n_texts,)."""
        _shapes, of_texts = self.cells.shapes
        return self.counted & np.array(wanted, dtype=bool)[of_texts]

    def rows(self, texts: BoolArray) -> int:
        """Return in how many rows those texts stand."""
        return int(self.cells.counts[texts].sum())

    def first(self, texts: BoolArray) -> int:
        """Return the first of some texts that stands in a row; −1 if there is none."""
        found = np.flatnonzero(texts & (self.cells.counts > 0))
        return int(found[0]) if len(found) else -1


def text_array(column: Any) -> Any:
    """Return a column of text as one pyarrow.StringArray, null where a cell is empty or missing."""
    import pyarrow as pa

    inner = getattr(getattr(column, "array", None), "_pa_array", None)
    if inner is None:
        inner = getattr(column, "_pa_array", column)
    if not isinstance(inner, pa.Array | pa.ChunkedArray):
        inner = pa.array(column, from_pandas=True)
    if pa.types.is_dictionary(inner.type):
        inner = inner.cast(inner.type.value_type)
    if inner.type != pa.string():
        inner = inner.cast(pa.string())
    if isinstance(inner, pa.ChunkedArray):
        inner = inner.combine_chunks()
        if isinstance(inner, pa.ChunkedArray):
            inner = (
                pa.concat_arrays(inner.chunks) if inner.num_chunks else pa.array([], pa.string())
            )
    return inner


def text_bytes(texts: Any) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return offsets from 0 and bytes of a pyarrow.StringArray."""
    _valid, places, content = texts.buffers()
    count = len(texts)
    if not count:
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    offsets = np.frombuffer(places, np.int32)[texts.offset : texts.offset + count + 1]
    if content is None:
        return np.zeros(count + 1, np.int32), np.zeros(0, np.uint8)
    data = np.frombuffer(content, np.uint8)[offsets[0] : offsets[-1]]
    return np.ascontiguousarray(offsets - offsets[0]), data


_BLANKS = r"^\s|\s$|\s\s|[\t\r\n\v\f\x1c-\x1f\x{85}]"
"""Blanks around, several in a row, and those that are no space, as `str.split` has them."""


def plain_text(cell: str) -> str:
    """Return a cell with typographic signs, digits and blanks as they are typed, none around it."""
    return " ".join(cell.translate({ord(sign): _plain_sign(sign) for sign in set(cell)}).split())


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in _PLAIN_SIGNS:
        return _PLAIN_SIGNS[sign]
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    category = unicodedata.category(sign)
    # What only steers the direction of writing is not seen, and goes.
    return " " if category == "Zs" else "" if category == "Cf" else sign


def _plain(written: Any) -> Any:
    """Return texts made plain; the array itself where it is so already."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = written
    signs = set() if _is_ascii(written) else set("".join(written.to_pylist()))
    changed = {ord(sign): _plain_sign(sign) for sign in signs if _plain_sign(sign) != sign}
    if changed:
        plain = pa.array([cell.translate(changed) for cell in written.to_pylist()], pa.string())
    if pc.any(pc.match_substring_regex(plain, _BLANKS)).as_py():
        plain = pa.array([" ".join(cell.split()) for cell in plain.to_pylist()], pa.string())
    return plain


def _is_ascii(written: Any) -> bool:
    import pyarrow.compute as pc

    return bool(pc.all(pc.string_is_ascii(written)).as_py() in (True, None))
