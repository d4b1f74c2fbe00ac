"""What a step of preprocessing is: fitted once to training rows, then the same for every row after.

Each step is a frozen dataclass in a file of its own and one line in `axone.data.preprocessing`'s
table. What a step hands on to the next beside the rows is a `ExampleLayout`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Self

from axone.arrays import BoolArray, DType, Shape


@dataclass(frozen=True)
class ExampleLayout:
    """What the examples are like that stand between two steps.

    Attributes
    ----------
    shape : tuple of int
        Of one example.
    names : tuple of str
        Of the columns, where an example is a row of them and they have names.
    amounts : tuple of bool, optional
        Of a row of columns, which are amounts, to be brought to like size; zeros and ones that
        stand for categories stay as they are. All are, if left out.
    tokens : bool
        Whether the examples are whole numbers that stand for words, which nobody scales or rounds.
    positions : int, optional
        The axis of an example along which rows may be shorter than it: -1 of signals, 0 of
        sequences and tokens.
    """

    shape: Shape
    names: tuple[str, ...] = ()
    amounts: tuple[bool, ...] | None = None
    tokens: bool = False
    positions: int | None = None


class Step(ABC):
    """A fitted step. Every class has a `fit` of its own, from training rows and its settings."""

    @abstractmethod
    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        """Return what examples are like after this step, given what they are like before it.

        Parameters
        ----------
        before : ExampleLayout or None
            None for the first step, which meets rows as they come.

        Raises
        ------
        ShapeError
            The step cannot stand there.
        """

    @abstractmethod
    def transform(self, X: Any, dtype: DType = "float32") -> Any:
        """Carry the step out on rows; in the end they are of type `dtype`, where the step computes.

        Raises
        ------
        DataError, ShapeError
            The rows are not of the kind that the step was fitted to.
        """

    def mask(self, X: Any) -> BoolArray | None:
        """Return which positions of rows as they come are there, (m, length); None where all are.

        Only the first step of a model of signals, sequences or tokens is asked.
        """
        del X
        return None

    @abstractmethod
    def to_data(self) -> Any:
        """Write as a mapping that JSON can hold."""

    @classmethod
    @abstractmethod
    def from_data(cls, data: object) -> Self:
        """Read what `to_data` wrote.

        Raises
        ------
        ModelFileError
            It is anything else; with the field that is wrong.
        """
