"""The parts of a network, each with what it says of its gradients where it stands alone.

Of each the sum of its outputs is looked at, weighted at random: whatever ∂L/∂y a part is handed, it
must hand the right ∂L/∂x on.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from axone.activations import ActivationFunction
from axone.arrays import FloatArray
from axone.explanation.gradient_check.findings import TensorCheck
from axone.explanation.gradient_check.passes import moved, sizes_of
from axone.explanation.gradient_check.probes import Surface
from axone.layers import Context, Layer, LayerArrays
from axone.losses import Head, Loss
from axone.messages import Message, _
from axone.random import RandomStream

BACKWARD, OF_THE_FIRST = "backward", "parameter_gradients"
"""Who says what the gradients of a layer's arrays are: the second is asked of the first layer."""

_CELLS = (6, 5)
"""Of an activation so many numbers are looked at; the first of them is 0."""


class Part(ABC):
    """Something with a backward pass, at one point."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """What has a gradient."""

    @abstractmethod
    def surface(self, name: str) -> Surface:
        """Return the weighted sum of what it gives as a function of one of them."""

    @abstractmethod
    def nearby(self, stream: RandomStream) -> Self:
        """Return the same at a point nearby, with the same weights."""


class Meeting(NamedTuple):
    """A layer as a batch meets it."""

    place: Message
    layer: Layer
    arrays: LayerArrays
    x: FloatArray
    context: Context


@dataclass(frozen=True, eq=False)
class LayerAlone(Part):
    """A layer; `stream` draws ∂L/∂y."""

    meeting: Meeting
    stream: RandomStream

    @property
    def names(self) -> tuple[str, ...]:
        return (*(() if self.meeting.layer.takes_tokens else ("x",)), *self._shapes)

    def nearby(self, stream: RandomStream) -> Self:
        arrays, x = self.meeting.arrays, self.meeting.x
        arrays = {
            name: moved(array, stream.child(number)) if name in self._shapes else array
            for number, (name, array) in enumerate(arrays.items())
        }
        x = x if self.meeting.layer.takes_tokens else moved(x, stream)
        return replace(self, meeting=self.meeting._replace(arrays=arrays, x=x))

    def surface(self, name: str) -> Surface:
        if name == "x":
            return Surface(self.meeting.x, self._parts, {BACKWARD: self._dx})
        claims = {who: gradients[name] for who, gradients in self._gradients.items()}
        return Surface(self.meeting.arrays[name], self._parts, claims)

    def faults(self) -> dict[str, TensorCheck]:
        """Return what is wrong before any number is looked at: gradients that do not fit."""
        shapes = {"x": self.meeting.x.shape, **self._shapes}
        found: dict[str, Message] = {}
        if "x" in self.names and self._dx.shape != shapes["x"]:
            found["x"] = _misshapen("x", self._dx.shape, shapes["x"])
        for who, gradients in self._gradients.items():
            for name in dict.fromkeys((*self._shapes, *gradients)):
                if name not in self._shapes:
                    found[name] = _("{who} gives a gradient of what is not there", who=who)
                elif name not in gradients:
                    found[name] = _("{who} gives no gradient of it", who=who)
                elif np.shape(gradients[name]) != shapes[name]:
                    found[name] = _misshapen(name, np.shape(gradients[name]), shapes[name])
        return {
            name: TensorCheck(name, shapes.get(name, ()), 0, verdict="wrong", fault=fault)
            for name, fault in found.items()
        }

    @cached_property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """Of what training moves."""
        specs = self.meeting.layer.parameters(self.meeting.x.shape[1:])
        return {spec.name: spec.shape for spec in specs if spec.trainable}

    @cached_property
    def _dy(self) -> FloatArray:
        _place, layer, _arrays, x, _context = self.meeting
        return self.stream.normal((len(x), *layer.output_shape(x.shape[1:])))

    @cached_property
    def _backward(self) -> tuple[FloatArray, dict[str, dict[str, FloatArray]]]:
        _place, layer, arrays, x, context = self.meeting
        _y, cache = layer.forward(arrays, x, context)
        dx, gradients = layer.backward(arrays, cache, self._dy)
        by_claimant = {BACKWARD: gradients}
        if type(layer).parameter_gradients is not Layer.parameter_gradients:
            by_claimant[OF_THE_FIRST] = layer.parameter_gradients(arrays, cache, self._dy)
        return np.asarray(dx), by_claimant

    @property
    def _dx(self) -> FloatArray:
        return self._backward[0]

    @property
    def _gradients(self) -> dict[str, dict[str, FloatArray]]:
        return self._backward[1]

    def _parts(self) -> FloatArray:
        _place, layer, arrays, x, context = self.meeting
        return np.ravel(self._dy * layer.forward(arrays, x, context)[0])


def _misshapen(name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> Message:
    return _(
        "∂L/∂{name} has shape {found}, {name} itself {wanted}",
        name=name,
        found=found,
        wanted=wanted,
    )


@dataclass(frozen=True, eq=False)
class ActivationAlone(Part):
    """An activation, given z and ∂L/∂a."""

    function: ActivationFunction
    arrays: dict[str, FloatArray]
    z: FloatArray
    da: FloatArray

    @classmethod
    def of(cls, function: ActivationFunction, stream: RandomStream) -> Self:
        """Return it at numbers of either sign, and at 0."""
        arrays = {name: np.array([value]) for name, value in function.learned.items()}
        z = 2 * stream.child(0).normal(_CELLS)
        z[0, 0] = 0
        return cls(function, arrays, z, stream.child(1).normal(_CELLS))

    @property
    def names(self) -> tuple[str, ...]:
        return ("z", *self.arrays)

    def nearby(self, stream: RandomStream) -> Self:
        return replace(self, z=moved(self.z, stream))

    def surface(self, name: str) -> Surface:
        bound = self.function.bind(self.arrays)
        if name == "z":
            dz = bound.backward(self.z, bound.value(self.z), self.da)
            return Surface(self.z, self._parts, {BACKWARD: np.asarray(dz)})
        gradient = bound.learned_gradients(self.z, self.da)[name]
        return Surface(self.arrays[name], self._parts, {BACKWARD: gradient})

    def _parts(self) -> FloatArray:
        return np.ravel(self.da * self.function.bind(self.arrays).value(self.z))


@dataclass(frozen=True, eq=False)
class HeadAlone(Part):
    """The output activation and the loss, each row with a weight, (m,)."""

    head: Head
    logits: FloatArray
    target: FloatArray
    weight: FloatArray

    @property
    def names(self) -> tuple[str, ...]:
        return ("z",)

    def nearby(self, stream: RandomStream) -> Self:
        return replace(self, logits=moved(self.logits, stream))

    def surface(self, name: str) -> Surface:
        deltas = self.head.row_deltas(self.logits, self.head.predict(self.logits), self.target)
        sizes = np.abs(self.weight) * sizes_of(self.head, self.logits)
        return Surface(self.logits, self._parts, {BACKWARD: _weighted(self.weight, deltas)}, sizes)

    def _parts(self) -> FloatArray:
        prediction = self.head.predict(self.logits)
        return self.weight * self.head.rows(self.logits, prediction, self.target)


@dataclass(frozen=True, eq=False)
class LossAlone(Part):
    """A loss, each row with a weight, (m,)."""

    loss: Loss
    prediction: FloatArray
    target: FloatArray
    weight: FloatArray

    @property
    def names(self) -> tuple[str, ...]:
        return ("ŷ",)

    def nearby(self, stream: RandomStream) -> Self:
        return replace(self, prediction=moved(self.prediction, stream))

    def surface(self, name: str) -> Surface:
        gradients = self.loss.row_gradients(self.prediction, self.target)
        return Surface(self.prediction, self._parts, {BACKWARD: _weighted(self.weight, gradients)})

    def _parts(self) -> FloatArray:
        return self.weight * self.loss.rows(self.prediction, self.target)


def _weighted(weight: FloatArray, rows: FloatArray) -> FloatArray:
    return rows * weight.reshape(-1, *[1] * (np.ndim(rows) - 1))
