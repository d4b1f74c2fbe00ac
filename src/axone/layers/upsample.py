"""Upsampling: the way back from few positions to many, as a decoder goes it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray, Shape
from axone.errors import ShapeError
from axone.layers.layer import Context, Layer, LayerArrays, Passed
from axone.layers.windows import PerAxis, checked_per_axis, per_axis
from axone.messages import _
from axone.traced import Index, Traced, Working, summed


class UpsampleCache(NamedTuple):
    """The lengths of x along its axes of positions."""

    lengths: tuple[int, ...]


@dataclass(frozen=True)
class Upsample(Layer[UpsampleCache]):
    """y[p] = x[⌊p·n/N⌋], channel by channel: n positions become N, each the nearest one's number.

    ∂L/∂x[i] is the sum of the ∂L/∂y[p] of all positions p that x[i] was written to. A convolution
    behind it smooths the steps; the two together leave no checkerboard, as transposed convolutions
    do (Odena, Dumoulin & Olah 2016).

    Parameters
    ----------
    factor : int or pair of int, default 2
        N/n, of images height and width alike where it is one number.
    size : int or pair of int, optional
        N itself, in place of a factor.

    Notes
    -----
    Under a mask, what is there is there wherever it was written to.

    Examples
    --------
    >>> Upsample(2).output_shape((16, 7, 7)), Upsample(size=75).output_shape((8, 37))
    ((16, 14, 14), (8, 75))
    """

    factor: PerAxis = 2
    size: PerAxis | None = None

    def __post_init__(self) -> None:
        factor = checked_per_axis("factor", self.factor, at_least=1, pairs=True)
        object.__setattr__(self, "factor", factor)
        if self.size is not None:
            size = checked_per_axis("size", self.size, at_least=1, pairs=True)
            object.__setattr__(self, "size", size)

    @property
    def takes_mask(self) -> bool:
        return True

    def output_mask(self, mask: BoolArray) -> BoolArray:
        (length,) = mask.shape[1:]
        (longer,) = self.lengths((length,))
        return mask[:, sources(length, longer)]

    def lengths(self, lengths: Shape) -> Shape:
        """Return how many positions there are behind the layer along each axis.

        Raises
        ------
        ShapeError
            Fewer than before, or a pair for examples that are no images.
        """
        if self.size is None:
            factors = per_axis(self.factor, len(lengths))
            return tuple(n * factor for n, factor in zip(lengths, factors, strict=True))
        longer = per_axis(self.size, len(lengths))
        for before, after in zip(lengths, longer, strict=True):
            if after < before:
                raise ShapeError(
                    _(
                        "it makes more positions of fewer, and {size} are fewer than {length}: "
                        "take a pool for that.",
                        size=after,
                        length=before,
                    )
                )
        return longer

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) not in {2, 3}:
            raise ShapeError(
                _(
                    "Upsample reads signals (channels, length) or images (channels, height, "
                    "width), not examples of shape {input_shape}: put Reshape() before it.",
                    input_shape=input_shape,
                )
            )
        return (input_shape[0], *self.lengths(input_shape[1:]))

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, UpsampleCache]:
        y, lengths = x, x.shape[2:]
        for axis, (n, longer) in enumerate(zip(lengths, self.lengths(lengths), strict=True), 2):
            y = y.take(sources(n, longer), axis)
        return y, UpsampleCache(lengths)

    def backward(
        self, parameters: LayerArrays, cache: UpsampleCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx = dy
        for axis, n in enumerate(cache.lengths, 2):
            # Where each position begins to be written to: the sums are between these.
            first = np.searchsorted(sources(n, dy.shape[axis]), np.arange(n))
            dx = np.add.reduceat(dx, first, axis)
        return dx, {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        return (Traced("y", "y[p] = x[⌊p·n/N⌋]", passed.y),)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        lengths = zip(passed.x.shape[2:], passed.y.shape[2:], strict=True)
        copied = [sources(n, longer) for n, longer in lengths]

        def of_x(index: Index) -> Working:
            row, channel, *i = index
            here = np.ix_(*(np.flatnonzero(of == at) for of, at in zip(copied, i, strict=True)))
            return summed(dy[row, channel][here])

        return (Traced("∂L/∂x", "∂L/∂x[i] = Σ ∂L/∂y[p] over p with ⌊p·n/N⌋ = i", dx, of_x),)


def sources(length: int, longer: int) -> IntArray:
    """Return ⌊p·n/N⌋ for each of N positions p, of n."""
    return np.arange(longer) * length // longer
