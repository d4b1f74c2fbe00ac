"""The first step of models of words: text into token numbers, a number a character.

Which characters there are is learnt from the training rows; one that they did not have has a token
of its own, and so have the positions behind the end of a shorter text.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType
from axone.bounds import MOST_UNITS
from axone.checks import as_array
from axone.data.frames import as_frame, is_frame
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, _n

PADDING, UNKNOWN, FIRST_CHARACTER = 0, 1, 2
"""The token of no character, that of a character never seen, and the least of all others."""


@dataclass(frozen=True)
class Characters(Step, PlainData):
    """Texts as tokens: 0 behind the end, 1 for an unknown character, then `characters` in order.

    Parameters
    ----------
    length : int
        Of the longest training text; of a longer one the beginning is read.
    characters : str
        All that the training texts had, each once, in the order of their code points.

    Examples
    --------
    >>> step = Characters.fit(np.array(["Ada", "Ed"]))
    >>> step.characters, step.vocabulary
    ('AEad', 6)
    >>> step.transform(np.array(["Dad"]))
    array([[1, 4, 5]])
    """

    length: int
    characters: str

    @classmethod
    def fit(cls, X: Any) -> "Characters":
        """Gather the characters of the training texts, and the length of the longest."""
        texts = texts_of_rows(X)
        length = max(map(len, texts), default=0)
        if not length:
            raise DataError(_("X holds no text with any character in it."))
        if length > MOST_UNITS:
            raise DataError(
                _(
                    "X holds a text of {length:,} characters; at most {most:,} are read.",
                    length=length,
                    most=MOST_UNITS,
                )
            )
        return cls(length, "".join(sorted(set("".join(texts)))))

    @property
    def vocabulary(self) -> int:
        """How many tokens there are."""
        return FIRST_CHARACTER + len(self.characters)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        distinct = len(set(self.characters)) == len(self.characters) > 0
        if before is not None or self.length < 1 or not distinct:
            raise ShapeError(
                _(
                    "{length} characters of {vocabulary} after {before}",
                    length=self.length,
                    vocabulary=len(self.characters),
                    before=before,
                )
            )
        return ExampleLayout((self.length,), tokens=True, positions=0, vocabulary=self.vocabulary)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[np.int64]:
        """Return int64 `(m, length)`; `dtype` is that of networks' numbers, not of tokens.

        Parameters
        ----------
        X : array of m texts, or pandas or polars frame of one column of text

        Raises
        ------
        DataError
            Something else, or a text of no character.
        """
        texts = texts_of_rows(X)
        token = {character: n for n, character in enumerate(self.characters, FIRST_CHARACTER)}
        tokens = np.full((len(texts), self.length), PADDING, dtype=np.int64)
        for row, text in zip(tokens, texts, strict=True):
            numbers = [token.get(character, UNKNOWN) for character in text[: self.length]]
            row[: len(numbers)] = numbers
        return tokens

    def mask(self, X: Any) -> BoolArray | None:
        mask = self.transform(X) != PADDING
        return None if mask.all() else mask

    def text_of(self, tokens: Any) -> str:
        """Return the text that tokens stand for, up to the first that is padding.

        Examples
        --------
        >>> Characters(3, "Ad").text_of([2, 3, 0])
        'Ad'
        """
        found = []
        for token in tokens:
            if token == PADDING:
                break
            found.append("\ufffd" if token == UNKNOWN else self.characters[token - FIRST_CHARACTER])
        return "".join(found)

    def remarks(self, X: Any) -> tuple[Message, ...]:
        """Say what texts have that those of training had not."""
        texts = texts_of_rows(X)
        known = set(self.characters)
        longer = sum(len(text) > self.length for text in texts)
        strange = sum(not set(text) <= known for text in texts)
        notes = []
        if longer:
            notes.append(
                _n(
                    "{count:,} text is longer than those of training: its first {length} "
                    "characters are read",
                    "{count:,} texts are longer than those of training: their first {length} "
                    "characters are read",
                    longer,
                    length=self.length,
                ).coded("texts_cut")
            )
        if strange:
            notes.append(
                _n(
                    "{count:,} text has a character that the model does not know",
                    "{count:,} texts have characters that the model does not know",
                    strange,
                ).coded("unseen_characters")
            )
        return tuple(notes)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Characters":
        return read_data(cls, data, _("step {name!r}", name="characters"))


def texts_of_rows(X: Any) -> list[str]:
    """Return rows of text, composed (NFC), so that é is one character however it was typed.

    Raises
    ------
    DataError
        Rows that are no text, or an empty one.
    """
    if is_frame(X):
        frame = as_frame(X)
        columns = [name for name in frame.columns if not _is_numeric(frame[name])]
        if len(columns) != 1:
            raise DataError(
                _(
                    "The model takes one column of text, and the table has {count}: leave only "
                    "that one in.",
                    count=len(columns),
                )
            )
        cells = frame[columns[0]].tolist()
    else:
        array = as_array(X, "X")
        if array.ndim != 1:
            raise DataError(
                _(
                    "The model takes a text a row, X of shape (m,); given was an array of shape "
                    "{shape}.",
                    shape=array.shape,
                )
            )
        cells = array.tolist()
    for row, cell in enumerate(cells):
        if not isinstance(cell, str) or not cell:
            raise DataError(
                _(
                    "Row {row} (counted from 0) holds {cell!r}, which is no text: write one, or "
                    "leave the row out.",
                    row=row,
                    cell=cell,
                )
            )
    return [unicodedata.normalize("NFC", cell) for cell in cells]


def _is_numeric(column: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column))
