"""The contract of a layer: a frozen dataclass of settings, with its equations as pure functions.

A layer holds no weights. Its arrays come in a mapping by name and its gradients go out in one; what
the forward pass must remember for the backward pass travels in a cache between them, a NamedTuple
of the layer's own. The axes of an example, the leading one of the rows left out, are everywhere:

===========  ============================  ====================================================
features     ``(features,)``
signals      ``(channels, length)``        what a convolution reads, and batch norm
images       ``(channels, height, width)``
sequences    ``(length, features)``        what a recurrent layer reads: a vector a position
tokens       ``(length,)`` of integers     what an embedding turns into a sequence
===========  ============================  ====================================================

Rows of different length are filled up to one, and a mask ``(m, length)`` says which positions are
there. What stands at a position that is not there never reaches one that is, and never a gradient.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple

from typing_extensions import TypeVar

from axone.activations import ActivationFunction, Identity
from axone.arrays import BoolArray, FloatArray, IntArray, Shape
from axone.errors import ShapeError
from axone.initializers import Initializer
from axone.layers.windows import Field
from axone.messages import _
from axone.random import RandomStream
from axone.traced import Traced

LayerArrays = Mapping[str, FloatArray]
"""The arrays of one layer by name: ``{"weight": …, "bias": …}``."""

AnyCache = tuple[Any, ...]
"""The cache of some layer: to be handed back to that very layer, which alone knows its fields."""

Cache = TypeVar("Cache", bound=AnyCache, default=Any)
"""The NamedTuple in which a layer hands its forward pass to its backward pass."""


@dataclass(frozen=True)
class ParameterSpec:
    """One array that a layer asks for.

    Attributes
    ----------
    name : str
        Within the layer: ``"weight"``.
    shape : tuple of int
    initializer : Initializer
        Where it starts.
    fan_in, fan_out : int
        Inputs of a unit and units fed by an input, for the initialiser.
    penalised : bool
        Whether L1, L2 and weight decay apply.
    trainable : bool
        False for a buffer, which training updates without a gradient.
    """

    name: str
    shape: Shape
    initializer: Initializer
    fan_in: int = 1
    fan_out: int = 1
    penalised: bool = False
    trainable: bool = True


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one forward pass.

    Attributes
    ----------
    training : bool
        Whether dropout drops, noise is added and batch norm uses the batch.
    random : RandomStream or None
        The stream of this step; every layer draws from its own child of it.
    mask : array of bool of shape (m, length), or None
        Which positions of every row are there; None if all are.
    """

    training: bool = False
    random: RandomStream | None = None
    mask: BoolArray | None = None

    def child(self, position: int, mask: BoolArray | None = None) -> "Context":
        """Return the context of the layer at that position, with the mask as it meets it."""
        if self.random is None and mask is self.mask:
            return self
        random = None if self.random is None else self.random.child(position)
        return Context(self.training, random, mask)


PREDICTION = Context()
"""The context of predicting: nothing random, running averages in batch norm."""


class NoCache(NamedTuple):
    """The cache of a layer whose backward pass needs nothing of the forward pass."""


class Passed(NamedTuple):
    """What a layer was given in a forward pass, and what it made of it: what its trace is of."""

    x: FloatArray
    context: Context
    cache: Any
    y: FloatArray


@dataclass(frozen=True)
class Layer(ABC, Generic[Cache]):
    """A step from x to y with its derivative."""

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of an example after the layer, given its shape before.

        Raises
        ------
        ShapeError
            The layer cannot take such examples.
        """

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        """Return the arrays that the layer needs; none unless it says otherwise."""
        del input_shape
        return ()

    @abstractmethod
    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, Cache]:
        """Return y, and the cache that `backward` needs."""

    @abstractmethod
    def backward(
        self, parameters: LayerArrays, cache: Cache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Return ∂L/∂x and the gradient of every trainable parameter, given ∂L/∂y."""

    def parameter_gradients(
        self, parameters: LayerArrays, cache: Cache, dy: FloatArray
    ) -> dict[str, FloatArray]:
        """Return the gradients alone, for the first layer, whose ∂L/∂x nobody asks for."""
        return self.backward(parameters, cache, dy)[1]

    def updated_buffers(self, parameters: LayerArrays, cache: Cache) -> dict[str, FloatArray]:
        """Return the new values of the buffers after a training pass."""
        del parameters, cache
        return {}

    def dead_share(self, cache: Cache) -> float:
        """Return the share of rectified units that were 0 on every row of the pass."""
        del cache
        return 0.0

    def saturated_share(self, cache: Cache) -> float:
        """Return the share of what sigmoid or tanh gave that lies at their flat ends."""
        del cache
        return 0.0

    def split_activation(self) -> tuple["Layer", ActivationFunction]:
        """Return this layer without its final activation, and that activation.

        The loss takes over the output activation, because together they may be simpler.
        """
        return self, Identity()

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the multiplications of one example in the layer's products, each with an addition.

        Unless it says otherwise each of its penalised numbers, which are the weights, is used once.
        What is done cell by cell, bias, activation and normalisation, is not counted.
        """
        specs = self.parameters(input_shape)
        return sum(math.prod(spec.shape) for spec in specs if spec.penalised)

    def kept_numbers(self, input_shape: Shape) -> int:
        """Return about how many numbers of an example one forward pass leaves behind.

        From it follows how many rows may pass together. Unless it says otherwise those of y.
        """
        return math.prod(self.output_shape(input_shape))

    def receptive_field(self, input_shape: Shape) -> Field:
        """Return what one position of y sees of x, along each axis of positions.

        () for a layer that works position by position, which is what a layer does unless it says
        otherwise; None where every number of y may depend on all of x.
        """
        del input_shape
        return ()

    @property
    def is_random(self) -> bool:
        """Whether two training passes over the same rows differ."""
        return False

    @property
    def takes_mask(self) -> bool:
        """Whether the layer knows what to do with positions that are not there.

        True for a layer that works position by position, and for one that reads `Context.mask`.
        """
        return False

    def output_mask(self, mask: BoolArray) -> BoolArray | None:
        """Return the mask of y, given that of x: the same, or None where positions end."""
        return mask

    @property
    def takes_tokens(self) -> bool:
        """Whether x are token numbers, which are integers and never scaled, cast or averaged."""
        return False

    def check_tokens(self, tokens: IntArray) -> None:
        """Refuse token numbers that the layer does not know.

        Raises
        ------
        DataError
            The first of them, with its row.
        """
        del tokens

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        """Name what the forward pass computed, in its order; the last is y."""
        del parameters
        return (Traced("y", f"y = {type(self).__name__}(x)", passed.y),)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        """Name what the backward pass computed, in its order; the last is ∂L/∂x.

        Parameters
        ----------
        dy : array
            ∂L/∂y, which the pass began with.
        dx, gradients
            What `backward` gave.
        """
        del parameters, passed, dy
        return (
            *(
                Traced(f"∂L/∂{name}", f"∂L/∂{name} = Σ ∂L/∂y · ∂y/∂{name}", array)
                for name, array in gradients.items()
            ),
            Traced("∂L/∂x", "∂L/∂x = ∂L/∂y · ∂y/∂x", dx),
        )


def check_positions(mask: BoolArray, rows: int, length: int) -> None:
    """Refuse a mask that is not one of `rows` rows of `length` positions.

    Raises
    ------
    ShapeError
    """
    if mask.shape != (rows, length):
        raise ShapeError(
            _(
                "it reads {rows} rows of {length} positions, and the mask has shape "
                "{shape}: give a mask of shape (m, length), or put Transpose() before this "
                "layer, which swaps positions and features.",
                rows=rows,
                length=length,
                shape=mask.shape,
            )
        )


def present_in_signals(kind: str, mask: BoolArray, x: FloatArray) -> BoolArray:
    """Shape a mask so that it broadcasts over signals (m, channels, length).

    Raises
    ------
    ShapeError
        x are no signals, or not of so many positions.
    """
    if x.ndim != 3:
        raise ShapeError(
            _(
                "{kind} under a mask reads signals (channels, length), not examples of shape "
                "{shape}.",
                kind=kind,
                shape=x.shape[1:],
            )
        )
    check_positions(mask, len(x), x.shape[2])
    return mask[:, None, :]


def is_there(present: BoolArray | None, row: int, position: int) -> bool:
    """Whether a position of a row is there, by what `present_in_signals` gave: all are by none."""
    return present is None or bool(present[row, 0, position])


def per_channel(numbers: FloatArray, x: FloatArray) -> FloatArray:
    """Shape one number a channel so that it broadcasts over x of shape (m, channels, …)."""
    return numbers.reshape(1, -1, *[1] * (x.ndim - 2))


def check_features_last(kind: str, input_shape: Shape) -> None:
    """Refuse examples that are neither features nor sequences ``(length, features)``.

    Raises
    ------
    ShapeError
    """
    if len(input_shape) not in {1, 2}:
        raise ShapeError(
            _(
                "{kind} reads features or sequences (length, features), not examples of shape "
                "{input_shape}: put Flatten() before it, or take BatchNorm() for images.",
                kind=kind,
                input_shape=input_shape,
            )
        )
