"""The contract of a layer: a frozen dataclass of settings, with its equations as pure functions.

A layer holds no weights. Its arrays come in a mapping by name and its gradients go out in one; what
the forward pass must remember for the backward pass travels in a cache between them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axone.activations import ActivationFunction, Identity
from axone.arrays import FloatArray, Shape
from axone.initializers import Initializer
from axone.random import RandomStream

LayerArrays = Mapping[str, FloatArray]
"""The arrays of one layer by name: ``{"weight": …, "bias": …}``."""


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
    """

    training: bool = False
    random: RandomStream | None = None

    def child(self, position: int) -> "Context":
        """Return the context of the layer at that position."""
        if self.random is None:
            return self
        return Context(self.training, self.random.child(position))


PREDICTION = Context()
"""The context of predicting: nothing random, running averages in batch norm."""


@dataclass(frozen=True)
class Layer(ABC):
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
    ) -> tuple[FloatArray, Any]:
        """Return y, and the cache that `backward` needs."""

    @abstractmethod
    def backward(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Return ∂L/∂x and the gradient of every trainable parameter, given ∂L/∂y."""

    def parameter_gradients(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> dict[str, FloatArray]:
        """Return the gradients alone, for the first layer, whose ∂L/∂x nobody asks for."""
        return self.backward(parameters, cache, dy)[1]

    def updated_buffers(self, parameters: LayerArrays, cache: Any) -> dict[str, FloatArray]:
        """Return the new values of the buffers after a training pass."""
        del parameters, cache
        return {}

    def dead_share(self, cache: Any) -> float:
        """Return the share of rectified units that were 0 on every row of the pass."""
        del cache
        return 0.0

    def split_activation(self) -> tuple["Layer", ActivationFunction]:
        """Return this layer without its final activation, and that activation.

        The loss takes over the output activation, because together they may be simpler.
        """
        return self, Identity()

    @property
    def is_random(self) -> bool:
        """Whether two training passes over the same rows differ."""
        return False
