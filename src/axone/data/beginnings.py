"""The first step of generators: texts that have begun, and the character that comes next.

A row is what begins a text and its last characters so far, as tokens. Of which class a text is
stands at its beginning, a token a class, so that a generator can be asked for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType, IntArray
from axone.bounds import MOST_UNITS
from axone.checks import as_array
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.data.tokens import PADDING, Tokens
from axone.errors import DataError, ShapeError
from axone.messages import _, listed

END = 0
"""The number of a text's end among what may come next; among tokens, of no token at all."""

MOST_READ = 32
"""Of a text so far, so many characters are read, the last ones."""


@dataclass(frozen=True)
class Beginnings(Step, PlainData):
    """Texts so far as tokens: characters from 1 on, in order, then what begins a text.

    What comes next has the same numbers, and 0, `END`, is the end of the text.

    Parameters
    ----------
    length : int
        Tokens of a row: what begins the text, and at most so many less one of its last characters.
    characters : str
        All that the texts have, each once, in the order of their code points.
    classes : tuple of str
        Of which a text may be, each of which begins otherwise; empty where there are none.
    shares : tuple of float
        How many of all texts each beginning has.
    longest : int
        Characters of the longest text.
    column : str
        That held the texts in a table; empty where they came otherwise.

    Examples
    --------
    >>> step = Beginnings.fit(["Ada", "Ed"])
    >>> step.characters, step.vocabulary, step.rows(["Ad"]).tolist()
    ('AEad', 6, [[5, 1, 4, -1]])
    """

    length: int
    characters: str
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    longest: int
    column: str = ""

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        classes: Sequence[str] = (),
        labels: IntArray | None = None,
        column: str = "",
    ) -> "Beginnings":
        """Gather the characters of texts, and how many texts there are of each class.

        Parameters
        ----------
        texts : sequence of str
        classes : sequence of str
        labels : array of int, shape (m,), optional
            Which of the classes each text is of, where there are classes.
        column : str, optional
            Of a table, that held the texts.

        Raises
        ------
        DataError
            There is no character in them.
        """
        longest = max(map(len, texts), default=0)
        if not longest:
            raise DataError(_("There is no text with any character in it."))
        counts = np.ones(1) if labels is None else np.bincount(labels, minlength=len(classes))
        return cls(
            1 + min(longest, MOST_READ),
            "".join(sorted(set().union(*texts))),
            tuple(classes),
            tuple((counts / counts.sum()).tolist()),
            longest,
            column,
        )

    @property
    def vocabulary(self) -> int:
        """How many tokens there are: none, the characters, and what begins a text."""
        return 1 + len(self.characters) + len(self.shares)

    @property
    def outcomes(self) -> int:
        """How many things may come next: the end, or a character."""
        return 1 + len(self.characters)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        distinct = len(set(self.characters)) == len(self.characters) > 0
        beginnings = max(1, len(self.classes)) == len(self.shares)
        shared = min(self.shares, default=-1.0) >= 0 < sum(self.shares)
        fits = 2 <= self.length <= 1 + self.longest <= MOST_UNITS
        if before is not None or not (distinct and beginnings and shared and fits):
            raise ShapeError(
                _(
                    "texts of up to {longest} of {characters} characters that begin in {count} "
                    "ways, read {length} tokens at a time, after {before}",
                    longest=self.longest,
                    characters=len(self.characters),
                    count=len(self.shares),
                    length=self.length,
                    before=before,
                )
            )
        return ExampleLayout((self.length,), tokens=True, positions=0, vocabulary=self.vocabulary)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[np.int64]:
        """Return int64 `(m, length)` of rows as `rows` makes them; 0 where no token is.

        Raises
        ------
        DataError
            They are no such rows.
        """
        return self._as_tokens(X).transform(X, dtype)

    def mask(self, X: Any) -> BoolArray | None:
        return self._as_tokens(X).mask(X)

    def _as_tokens(self, X: Any) -> Tokens:
        if as_array(X, "X").dtype.kind not in "biuf":
            raise DataError(
                _(
                    "This model continues texts: model.generate(start=…) does, and axone "
                    "generate. Rows for it are made of texts by the first step of its "
                    "preprocessing."
                )
            )
        return Tokens(self.length, self.vocabulary, PADDING)

    def rows(self, texts: Sequence[str], labels: IntArray | None = None) -> IntArray:
        """Return texts so far as rows of tokens, int32 (m, length); -1 behind their end.

        Parameters
        ----------
        texts : sequence of str
            Empty ones too.
        labels : array of int, shape (m,), optional
            Of which class each is to be; the first if left out.

        Raises
        ------
        DataError
            A character that is none of `characters`.
        """
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        ends = np.cumsum(lengths)
        return self.windows(self.numbers(texts), ends - lengths, lengths, labels)

    def continued(self, rows: IntArray, length: int, following: IntArray) -> IntArray:
        """Return rows with one more character each, the first one dropped where there is no room.

        Parameters
        ----------
        rows : array of int, shape (m, length)
        length : int
            Characters of each text so far.
        following : array of int, shape (m,)
            The character that each goes on with.
        """
        found, last = rows.copy(), self.length - 1
        if length >= last:
            found[:, 1:-1] = rows[:, 2:]
        found[:, min(length + 1, last)] = following
        return found

    def numbers(self, texts: Sequence[str]) -> IntArray:
        """Return the characters of all texts, one behind the other, as their numbers.

        Raises
        ------
        DataError
            A character that is none of `characters`.
        """
        points, known = code_points("".join(texts)), code_points(self.characters)
        found = np.searchsorted(known, points)
        strange = known[np.minimum(found, len(known) - 1)] != points
        if strange.any():
            raise DataError(
                _(
                    "The model knows no character {character!r}: the texts that it was trained on "
                    "have {known}.",
                    character=chr(int(points[strange][0])),
                    known=listed(self.characters),
                )
            )
        return np.asarray(found + 1, dtype=np.int64)

    def windows(
        self, numbers: IntArray, starts: IntArray, read: IntArray, labels: IntArray | None
    ) -> IntArray:
        """Return rows of what begins a text and of the last characters that were read of it.

        Parameters
        ----------
        numbers : array of int
            Texts one behind the other, as `numbers` gives them.
        starts, read : array of int, shape (m,)
            Where the text of each row begins there, and how many of its characters were read.
        labels : array of int, shape (m,), optional
            As of `rows`.
        """
        rows = np.full((len(starts), self.length), PADDING, dtype=np.int32)
        rows[:, 0] = 1 + len(self.characters) + (0 if labels is None else labels)
        kept = np.minimum(read, self.length - 1)
        first = starts + read - kept
        for position in range(int(kept.max(initial=0))):
            there = position < kept
            rows[there, position + 1] = numbers[first[there] + position]
        return rows

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Beginnings":
        return read_data(cls, data, _("step {name!r}", name="beginnings"))


@dataclass(frozen=True, eq=False)
class Continuations:
    """What a generator learns of texts: every beginning of every one, and what follows it.

    Attributes
    ----------
    X : array of int, shape (n, length)
        Rows of `Beginnings`.
    following : array of int, shape (n,)
        The number of the next character, or `END`.
    of_text : array of int, shape (n,)
        Which text each row is of.
    """

    X: IntArray
    following: IntArray
    of_text: IntArray


def continuations(
    step: Beginnings, texts: Sequence[str], labels: IntArray | None = None
) -> Continuations:
    """Return every beginning of every text, the whole text too, and what follows it.

    A text of n characters makes n + 1 rows: p(x₁…xₙ) = Π p(xₜ | x₁…xₜ₋₁), its end among the xₜ
    (Bengio, Ducharme, Vincent & Jauvin 2003, equation 1).

    Parameters
    ----------
    step : Beginnings
    texts : sequence of m str
    labels : array of int, shape (m,), optional
        Of which class each is.

    Raises
    ------
    DataError
        A character that the step does not know.

    Examples
    --------
    >>> rows = continuations(Beginnings.fit(["ab", "b"]), ["ab", "b"])
    >>> rows.X.tolist()
    [[3, -1, -1], [3, 1, -1], [3, 1, 2], [3, -1, -1], [3, 2, -1]]
    >>> rows.following.tolist(), rows.of_text.tolist()
    ([1, 2, 0, 2, 0], [0, 0, 0, 1, 1])
    """
    numbers = step.numbers(texts)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    of_text = np.repeat(np.arange(len(texts)), lengths + 1)
    starts = np.cumsum(lengths) - lengths
    first_rows = starts + np.arange(len(texts))
    read = np.arange(len(of_text)) - first_rows[of_text]
    following = np.full(len(of_text), END, dtype=np.int64)
    following[read < lengths[of_text]] = numbers
    own = None if labels is None else labels[of_text]
    return Continuations(step.windows(numbers, starts[of_text], read, own), following, of_text)


def code_points(text: str) -> IntArray:
    """Return the numbers of a text's characters in Unicode, (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
