"""All augmentations of a run, one after another, on a batch of training rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.augmentation.augmentation import AffineMap, Augmentation, TimeMap, ValueChange
from axone.augmentation.axes import Axes
from axone.augmentation.images import after, mapped_images
from axone.augmentation.signals import mapped_signals
from axone.random import AUGMENT, RandomStream


@dataclass(frozen=True)
class Augmenter:
    """What changes the rows of every step of a run, from its seed.

    Parameters
    ----------
    augmentations : sequence of Augmentation
        In the order in which they are carried out.
    axes : Axes
        Of the rows.
    seed : int
        The run's.

    Examples
    --------
    >>> import numpy as np
    >>> from axone.augmentation import Shift
    >>> augmenter = Augmenter([Shift(1)], Axes("images", (1, 3, 3)), seed=0)
    >>> X = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> augmenter(X, step=1)[0, 0].tolist()
    [[1.0, 2.0, 2.0], [4.0, 5.0, 5.0], [7.0, 8.0, 8.0]]
    """

    augmentations: Sequence[Augmentation]
    axes: Axes
    seed: int

    def __call__(self, X: FloatArray, step: int, mask: BoolArray | None = None) -> FloatArray:
        """Return the rows as step number `step` (from 1) sees them.

        Every row is drawn from the seed, the step, the place of the augmentation and its own
        number in the batch.

        Parameters
        ----------
        X : array of shape (m, *input_shape)
            Not changed.
        step : int
        mask : array of bool of shape (m, length), optional
            Which positions are there. It stays as it is: a row is changed within its own length.
        """
        random = RandomStream.from_seed(self.seed).child(AUGMENT, step)
        x, lengths = X.reshape(len(X), *self.axes.shape), self.axes.lengths(len(X), mask)
        numbered = [(random.child(n), each) for n, each in enumerate(self.augmentations)]
        for _family, group in groupby(numbered, key=lambda each: _family_of(each[1])):
            x = self._together(list(group), x, lengths)
        return x.reshape(X.shape)

    def _together(
        self, group: list[tuple[RandomStream, Augmentation]], x: FloatArray, lengths: IntArray
    ) -> FloatArray:
        """Carry out augmentations of one family that follow one another."""
        if isinstance(group[0][1], AffineMap):
            maps = np.tile(np.eye(2, 3), (len(x), 1, 1))
            for random, each in group:
                assert isinstance(each, AffineMap)  # noqa: S101 — one family
                maps = after(maps, each.back(random, len(x)))
            return mapped_images(x, maps)
        if isinstance(group[0][1], TimeMap):
            last = lengths[:, None] - 1
            place = np.arange(self.axes.length, dtype=np.float64)
            positions = np.minimum(place, last)
            for random, each in reversed(group):
                assert isinstance(each, TimeMap)  # noqa: S101 — one family
                positions = np.clip(each.back(random, positions, last), 0, last)
            return mapped_signals(x, np.where(place <= last, positions, place), self.axes)
        for random, each in group:
            assert isinstance(each, ValueChange)  # noqa: S101 — one family
            x = each.changed(random, x, self.axes, lengths)
        return x


def _family_of(augmentation: Augmentation) -> type[Augmentation]:
    families: tuple[type[Augmentation], ...] = (AffineMap, TimeMap, ValueChange)
    return next(family for family in families if isinstance(augmentation, family))
