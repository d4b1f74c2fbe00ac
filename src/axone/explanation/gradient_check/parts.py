"""Each part of a network alone: its backward pass beside differences of its own forward pass.

An error in the ∂L/∂x of a layer spoils the gradients of all layers before it. Which layer is to
blame shows where each is given a ∂L/∂y at random and answers for itself alone, a little beside the
point where the batch meets it: nothing coincides there by design, as the zeros of a rectifier do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from axone.activations import ActivationFunction, name_of
from axone.arrays import FloatArray
from axone.explanation.gradient_check.alone import (
    BACKWARD,
    ActivationAlone,
    HeadAlone,
    LayerAlone,
    LossAlone,
    Meeting,
    Part,
)
from axone.explanation.gradient_check.findings import PartCheck, TensorCheck, worst_of
from axone.explanation.gradient_check.passes import Passes
from axone.explanation.gradient_check.probes import Surface, chosen_probes, compared
from axone.layers import Residual
from axone.layers.sequence import layer_kind, masks_between
from axone.losses import Head
from axone.messages import Message, _
from axone.random import RandomStream

_STEEPEST = 100
"""A function that is steeper at 0 than this jumps there, and has no slope that could be wrong."""

CheckOfPart = Callable[[int, RandomStream], PartCheck]
"""Checks a part, given how many entries of an array are looked at, and what draws them."""


def parts_of(passes: Passes, names: tuple[str, ...]) -> Iterator[CheckOfPart]:
    """Give what checks each part of a network, from its first layer to its loss.

    Parameters
    ----------
    passes : Passes
    names : tuple of str
        Of the layers, "" for those that have none.
    """
    for position, layer in enumerate(passes.body):
        place = _(
            "layer {position} ({kind})",
            position=position,
            kind=layer_kind(passes.body, position, names),
        )
        arrays = passes.parameters.by_layer[position]
        meeting = Meeting(place, layer, arrays, passes.inputs[position], passes.contexts[position])
        yield partial(_check_layer, meeting)
    yield partial(_check_head, passes.head, passes.logits, passes.examples.target)


def _check_layer(meeting: Meeting, most: int, stream: RandomStream) -> PartCheck:
    alone = LayerAlone(meeting, stream.child(0)).nearby(stream.child(1))
    faults = alone.faults()
    names = [name for name in alone.names if name not in faults]
    part = PartCheck(
        meeting.place, (*faults.values(), *_looked_at(alone, names, most, stream.child(2)))
    )
    within: list[PartCheck] = []
    if part.verdict != "right" and isinstance(meeting.layer, Residual):
        within = [_check_layer(inner, most, stream) for inner in _within(meeting, meeting.layer)]
    function = getattr(meeting.layer, "function", None)
    if isinstance(function, ActivationFunction):
        name = name_of(function)
        place = _("the activation {name} of {layer}", name=name, layer=meeting.place)
        within.append(_check_activation(place, function, stream.child(3)))
    return replace(part, within=tuple(within))


def _check_activation(
    place: Message, function: ActivationFunction, stream: RandomStream
) -> PartCheck:
    alone = ActivationAlone.of(function, stream.child(0))
    tensors = _looked_at(alone, alone.names, alone.z.size, stream.child(1))
    return PartCheck(place, tuple(map(_strict_at_kinks, tensors)))


def _strict_at_kinks(check: TensorCheck) -> TensorCheck:
    """Refuse a slope at a kink of a function of one number that neither of its sides has.

    In a network several kinks may meet, and what backpropagation makes of them need not lie between
    the slopes of the two sides (Kakade & Lee 2018, "Provably correct automatic subdifferentiation
    for qualified programs"). Of one alone it must.
    """
    beyond = tuple(entry for entry in check.kinks if entry.is_beyond_both_sides(_STEEPEST))
    if not beyond:
        return check
    kinks = tuple(entry for entry in check.kinks if entry not in beyond)
    return replace(check, verdict="wrong", worst=(*beyond, *check.worst), kinks=kinks)


def _check_head(
    head: Head, logits: FloatArray, target: FloatArray, most: int, stream: RandomStream
) -> PartCheck:
    weight = stream.child(0).normal((len(logits),))
    alone = HeadAlone(head, logits, target, weight).nearby(stream.child(1))
    loss, activation = type(head.loss).__name__, name_of(head.activation)
    part = PartCheck(
        _("the loss {loss} behind {activation}", loss=loss, activation=activation),
        _looked_at(alone, alone.names, most, stream.child(2)),
    )
    place = _("the output activation {name}", name=activation)
    within = [_check_activation(place, head.activation, stream.child(3))]
    if part.verdict != "right":
        # Together with its activation a loss may be another formula, and its own not in use.
        own = LossAlone(head.loss, head.predict(alone.logits), target, weight)
        tensors = _looked_at(own, own.names, most, stream.child(4))
        within.append(PartCheck(_("the loss {loss}", loss=loss), tensors))
    return replace(part, within=tuple(within))


def _looked_at(
    alone: Part, names: Sequence[str], most: int, stream: RandomStream
) -> tuple[TensorCheck, ...]:
    """Return what becomes of some of a part's gradients; of several claims the worst."""
    found = []
    for number, name in enumerate(names):
        surface, own = alone.surface(name), stream.child(number)
        beside = partial(_beside, alone, name, own.child(0))
        probes = chosen_probes(surface.claims[BACKWARD], most, own.child(1))
        found.append(worst_of(compared(name, surface, beside, probes).values()))
    return tuple(found)


def _beside(alone: Part, name: str, stream: RandomStream) -> Surface:
    return alone.nearby(stream).surface(name)


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
