"""What an augmentation is: a frozen dataclass of strengths, with its equations as pure functions.

There are three families. Those of a family that follow one another are carried out together, so
that an image that is rotated, scaled and shifted is interpolated, and blurred, only once:

- an `AffineMap` says from where in the old image each place of the new one comes, by a matrix;
- a `TimeMap` says it of the positions of a signal, by any function;
- a `ValueChange` leaves every number in its place and changes it.

All that is random is drawn from the stream that is handed in, the numbers of row r before those of
row r + 1: the same in every engine, whatever order the rows are worked on.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from axone.arrays import FloatArray, IntArray
from axone.augmentation.axes import Axes, Kind
from axone.errors import ShapeError
from axone.messages import _, listed
from axone.random import RandomStream


@dataclass(frozen=True)
class Augmentation(ABC):
    """A random change of training rows that leaves their meaning as it is."""

    kinds: ClassVar[tuple[Kind, ...]]
    """What it can change."""

    def check(self, axes: Axes) -> None:
        """Refuse examples that it cannot change.

        Raises
        ------
        ShapeError
        """
        if axes.kind not in self.kinds:
            raise ShapeError(
                _(
                    "{name} changes {kinds}, and this network's examples, of shape {shape}, are "
                    "{kind}. Images are (channels, height, width), signals (channels, length), "
                    "sequences (length, features); a network can begin with Reshape.",
                    name=type(self).__name__,
                    kinds=listed(self.kinds),
                    shape=axes.shape,
                    kind=axes.kind,
                )
            )


@dataclass(frozen=True)
class AffineMap(Augmentation):
    """A map of images that keeps lines straight."""

    kinds: ClassVar[tuple[Kind, ...]] = ("images",)

    @abstractmethod
    def back(self, random: RandomStream, rows: int) -> FloatArray:
        """Return where each place of the new image comes from, (m, 2, 3).

        Row r's matrix [A | b] takes the place (i, j) of the new image, i downwards, j to the
        right, both from the image's middle, to A·(i, j) + b in the old one.
        """


@dataclass(frozen=True)
class TimeMap(Augmentation):
    """A map of a signal's or sequence's positions."""

    kinds: ClassVar[tuple[Kind, ...]] = ("signals", "sequences")

    @abstractmethod
    def back(self, random: RandomStream, positions: FloatArray, last: IntArray) -> FloatArray:
        """Return where each position of the new signal comes from in the old one.

        Parameters
        ----------
        random : RandomStream
        positions : array of shape (m, length)
            From 0 to `last`, whole or between.
        last : array of shape (m, 1)
            The last position of each row.

        Returns
        -------
        array of shape (m, length)
            What lies beyond an end is taken for the end.
        """


@dataclass(frozen=True)
class ValueChange(Augmentation):
    """A change of numbers where they are."""

    kinds: ClassVar[tuple[Kind, ...]] = ("features", "signals", "sequences", "images")

    @abstractmethod
    def changed(
        self, random: RandomStream, x: FloatArray, axes: Axes, lengths: IntArray
    ) -> FloatArray:
        """Return the new numbers.

        Parameters
        ----------
        random : RandomStream
        x : array of shape (m, *axes.shape)
            Not changed itself.
        axes : Axes
        lengths : array of shape (m,)
            How long each row is; see `Axes.lengths`.
        """
