"""Each part of a network alone: its backward pass beside differences of its own forward pass.

An error in the ∂L/∂x of a layer spoils the gradients of all layers before it. Which layer is to
blame shows where each is given a ∂L/∂y at random and answers for itself alone, a little beside the
point where the batch meets it: nothing coincides there by design, as the zeros of a rectifier do.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from axone.activations import ActivationFunction, name_of
from axone.arrays import FloatArray
from axone.explain.gradient_check.findings import PartCheck, TensorCheck, worst_of
from axone.explain.gradient_check.passes import Passes, moved
from axone.explain.gradient_check.probes import Surface, chosen_probes, compared
from axone.layers import Context, Layer, LayerArrays, Residual
from axone.layers.sequence import layer_kind, masks_between
from axone.losses import Head, Loss
from axone.messages import Message, _
from axone.random import RandomStream

_BACKWARD, _ALONE = "backward", "parameter_gradients"
"""Who says what the gradients of a layer's arrays are: the second is asked of the first layer."""

_CELLS = (6, 5)
"""Of an activation alone, so many numbers are looked at; the first of them is 0."""

_STEEPEST = 100
"""A function that is steeper at 0 than this jumps there, and has no slope that could be wrong."""


class Part(ABC):
    """Something with a backward pass at one point."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """What has a gradient."""

    @abstractmethod
    def surface(self, name: str) -> Surface:
        """Return Σ ∂L/∂y·y as a function of one of them."""


class Meeting(NamedTuple):
    """A layer as a batch meets it."""

    place: Message
    layer: Layer
    arrays: LayerArrays
    x: FloatArray
    context: Context


class LayerAlone(Part):
    """A layer near where a batch meets it, ∂L/∂y at random."""

    def __init__(self, meeting: Meeting, stream: RandomStream, nearby: RandomStream) -> None:
        layer = self.layer = meeting.layer
        self.context = meeting.context
        specs = layer.parameters(meeting.x.shape[1:])
        self.shapes = {spec.name: spec.shape for spec in specs if spec.trainable}
        self.arrays = {
            name: moved(array, nearby.child(number)) if name in self.shapes else array
            for number, (name, array) in enumerate(meeting.arrays.items())
        }
        self.x = meeting.x if layer.takes_tokens else moved(meeting.x, nearby)
        y, cache = layer.forward(self.arrays, self.x, self.context)
        self.dy = stream.normal(y.shape)
        dx, gradients = layer.backward(self.arrays, cache, self.dy)
        self.dx = np.asarray(dx)
        self.gradients = {_BACKWARD: gradients}
        if type(layer).parameter_gradients is not Layer.parameter_gradients:
            alone = layer.parameter_gradients(self.arrays, cache, self.dy)
            self.gradients[_ALONE] = alone

    @property
    def names(self) -> tuple[str, ...]:
        return (*(() if self.layer.takes_tokens else ("x",)), *self.shapes)

    def surface(self, name: str) -> Surface:
        if name == "x":
            return Surface(self.x, self._parts, {_BACKWARD: self.dx})
        claims = {who: gradients[name] for who, gradients in self.gradients.items()}
        return Surface(self.arrays[name], self._parts, claims)

    def _parts(self) -> FloatArray:
        y = self.layer.forward(self.arrays, self.x, self.context)[0]
        return np.ravel(self.dy * y)

    def faults(self) -> dict[str, TensorCheck]:
        """Return what is wrong before any number is looked at: gradients that do not fit."""
        found: dict[str, Message] = {}
        if not self.layer.takes_tokens and self.dx.shape != self.x.shape:
            found["x"] = _misshapen("x", self.dx.shape, self.x.shape)
        for who, gradients in self.gradients.items():
            for name, shape in self.shapes.items():
                if name not in gradients:
                    found[name] = _("{who} gives no gradient of it", who=who)
                elif np.shape(gradients[name]) != shape:
                    found[name] = _misshapen(name, np.shape(gradients[name]), shape)
            for name in gradients:
                if name not in self.shapes:
                    found[name] = _("{who} gives a gradient of what is not there", who=who)
        shapes = {"x": self.x.shape, **self.shapes}
        return {
            name: TensorCheck(name, shapes.get(name, ()), 0, verdict="wrong", fault=fault)
            for name, fault in found.items()
        }


def _misshapen(name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> Message:
    return _(
        "∂L/∂{name} has shape {found}, {name} itself {wanted}",
        name=name,
        found=found,
        wanted=wanted,
    )


class ActivationAlone(Part):
    """An activation at numbers of either sign, and at 0."""

    def __init__(
        self, function: ActivationFunction, stream: RandomStream, nearby: RandomStream | None
    ) -> None:
        self.function = function
        self.arrays = {name: np.array([value]) for name, value in function.learned.items()}
        self.z = 2 * stream.child(0).normal(_CELLS)
        self.z[0, 0] = 0
        if nearby is not None:
            self.z = moved(self.z, nearby)
        self.da = stream.child(1).normal(_CELLS)

    @property
    def names(self) -> tuple[str, ...]:
        return ("z", *self.arrays)

    def surface(self, name: str) -> Surface:
        bound = self.function.bind(self.arrays)
        if name == "z":
            dz = bound.backward(self.z, bound.value(self.z), self.da)
            return Surface(self.z, self._parts, {_BACKWARD: np.asarray(dz)})
        gradient = bound.learned_gradients(self.z, self.da)[name]
        return Surface(self.arrays[name], self._parts, {_BACKWARD: gradient})

    def _parts(self) -> FloatArray:
        return np.ravel(self.da * self.function.bind(self.arrays).value(self.z))


class HeadAlone(Part):
    """The output activation and the loss near the logits of a batch, each row counted at random."""

    def __init__(
        self,
        head: Head,
        logits: FloatArray,
        target: FloatArray,
        stream: RandomStream,
        nearby: RandomStream,
    ) -> None:
        self.head, self.target = head, target
        self.logits = moved(logits, nearby)
        self.weight = stream.normal((len(logits),))

    @property
    def names(self) -> tuple[str, ...]:
        return ("z",)

    def surface(self, name: str) -> Surface:
        deltas = self.head.row_deltas(self.logits, self.head.predict(self.logits), self.target)
        return Surface(self.logits, self._parts, {_BACKWARD: _weighted(self.weight, deltas)})

    def _parts(self) -> FloatArray:
        prediction = self.head.predict(self.logits)
        return self.weight * self.head.rows(self.logits, prediction, self.target)


class LossAlone(Part):
    """A loss near the predictions of a batch, each row counted at random."""

    def __init__(
        self,
        loss: Loss,
        prediction: FloatArray,
        target: FloatArray,
        stream: RandomStream,
    ) -> None:
        self.loss, self.prediction, self.target = loss, prediction.copy(), target
        self.weight = stream.normal((len(prediction),))

    @property
    def names(self) -> tuple[str, ...]:
        return ("ŷ",)

    def surface(self, name: str) -> Surface:
        gradients = self.loss.row_gradients(self.prediction, self.target)
        return Surface(self.prediction, self._parts, {_BACKWARD: _weighted(self.weight, gradients)})

    def _parts(self) -> FloatArray:
        return self.weight * self.loss.rows(self.prediction, self.target)


def _weighted(weight: FloatArray, rows: FloatArray) -> FloatArray:
    return rows * weight.reshape(-1, *[1] * (np.ndim(rows) - 1))


def parts_of(passes: Passes, names: tuple[str, ...]) -> Iterator[Callable[..., PartCheck]]:
    """Give what checks each part of a network, from its first layer to its loss.

    Each takes how many entries of an array are looked at, and a stream that draws them.
    """
    for position, layer in enumerate(passes.body):
        place = _(
            "layer {position} ({kind})",
            position=position,
            kind=layer_kind(passes.body, position, names),
        )
        arrays = passes.parameters.by_layer[position]
        meeting = Meeting(place, layer, arrays, passes.inputs[position], passes.contexts[position])
        yield partial(check_layer, meeting)
    yield partial(check_head, passes.head, passes.logits, passes.examples.target)


def check_layer(meeting: Meeting, most: int, stream: RandomStream) -> PartCheck:
    """Return what becomes of a layer alone."""
    alone = LayerAlone(meeting, stream.child(0), stream.child(1))
    faults = alone.faults()
    tensors = _looked_at(
        alone,
        lambda: LayerAlone(meeting, stream.child(0), stream.child(2)),
        [name for name in alone.names if name not in faults],
        most,
        stream.child(3),
    )
    part = PartCheck(meeting.place, (*faults.values(), *tensors))
    inner: list[PartCheck] = []
    if part.verdict != "right" and isinstance(meeting.layer, Residual):
        inner = [check_layer(within, most, stream) for within in _within(meeting, meeting.layer)]
    function = getattr(meeting.layer, "function", None)
    if isinstance(function, ActivationFunction):
        name = name_of(function)
        place = _("the activation {name} of {layer}", name=name, layer=meeting.place)
        inner.append(check_activation(place, function, most, stream))
    return replace(part, within=tuple(inner))


def check_activation(
    place: Message, function: ActivationFunction, most: int, stream: RandomStream
) -> PartCheck:
    """Return what becomes of an activation alone."""
    alone = ActivationAlone(function, stream.child(4), None)
    beside = partial(ActivationAlone, function, stream.child(4), stream.child(5))
    tensors = _looked_at(alone, beside, list(alone.names), max(most, alone.z.size), stream)
    return PartCheck(place, tuple(map(_strict_at_kinks, tensors)))


def _strict_at_kinks(check: TensorCheck) -> TensorCheck:
    """Refuse a slope at a kink of a function of one number that neither of its sides has.

    In a network several kinks may meet, and what backpropagation makes of them need not lie between
    the slopes of the two sides (Kakade & Lee 2018, "Provably correct automatic sub-differentiation
    for qualified programs"). Of one alone it must.
    """
    beyond = tuple(entry for entry in check.kinks if entry.is_beyond_both_sides(_STEEPEST))
    if not beyond:
        return check
    kinks = tuple(entry for entry in check.kinks if entry not in beyond)
    return replace(check, verdict="wrong", worst=(*beyond, *check.worst), kinks=kinks)


def check_head(
    head: Head, logits: FloatArray, target: FloatArray, most: int, stream: RandomStream
) -> PartCheck:
    """Return what becomes of the loss together with the output activation."""
    alone = HeadAlone(head, logits, target, stream.child(0), stream.child(1))
    beside = partial(HeadAlone, head, logits, target, stream.child(0), stream.child(2))
    tensors = _looked_at(alone, beside, list(alone.names), most, stream.child(3))
    loss, activation = type(head.loss).__name__, name_of(head.activation)
    place = _("the loss {loss} behind {activation}", loss=loss, activation=activation)
    part = PartCheck(place, tuple(tensors))
    place = _("the output activation {name}", name=activation)
    inner = [check_activation(place, head.activation, most, stream)]
    if part.verdict != "right":
        prediction = head.predict(alone.logits)
        again = head.predict(moved(alone.logits, stream.child(6)))
        tensors = _looked_at(
            LossAlone(head.loss, prediction, target, stream.child(0)),
            partial(LossAlone, head.loss, again, target, stream.child(0)),
            ["ŷ"],
            most,
            stream.child(7),
        )
        inner.append(PartCheck(_("the loss {loss}", loss=loss), tuple(tensors)))
    return replace(part, within=tuple(inner))


def _looked_at(
    alone: Part,
    beside: Callable[[], Part],
    names: list[str],
    most: int,
    stream: RandomStream,
) -> list[TensorCheck]:
    """Return what becomes of some of a part's gradients; of several claims the worst."""
    found = []
    for number, name in enumerate(names):
        surface = alone.surface(name)
        probes = chosen_probes(surface.claims[_BACKWARD], most, stream.child(number))
        nearby = partial(_surface_of, beside, name)
        found.append(worst_of(compared(name, surface, nearby, probes).values()))
    return found


def _surface_of(beside: Callable[[], Part], name: str) -> Surface:
    return beside().surface(name)


def _within(meeting: Meeting, block: Residual) -> Iterator[Meeting]:
    """Give the layers of a block as the batch meets them, those of the shortcut last."""
    branch, shortcut = block.arrays_within(meeting.arrays)
    aside = meeting.context.child(len(block.layers), meeting.context.mask)
    rows = (
        (block.layers, branch, meeting.context, _("within it layer")),
        (block.shortcut, shortcut, aside, _("in its shortcut layer")),
    )
    for layers, arrays, context, where in rows:
        masks, x = masks_between(layers, context.mask), meeting.x
        for position, layer in enumerate(layers):
            place = _(
                "{outer}, {where} {position} ({kind})",
                outer=meeting.place,
                where=where,
                position=position,
                kind=layer_kind(layers, position),
            )
            own = context.child(position, masks[position])
            yield Meeting(place, layer, arrays[position], x, own)
            x = layer.forward(arrays[position], x, own)[0]
