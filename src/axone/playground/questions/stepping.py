"""One example through the network and back, every number with the line of source that made it.

And one neuron by itself, and how any number of a layer comes about.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_truth
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.experiments.preparation import Part
from axone.explanation import explain
from axone.explanation.source_lines import source_lines
from axone.layers import Context
from axone.layers.sequence import forward_through, trace_through
from axone.losses import Head
from axone.messages import _
from axone.playground.bench import Bench
from axone.playground.examples import (
    columns_of,
    predictions_in_words,
    shares_of,
    targets_in_words,
    whole,
    wrong_of,
)
from axone.playground.neurons import neuron
from axone.playground.numbers import finite
from axone.playground.subjects import Subject, frozen_of, require_target, rule_of, subject_of
from axone.playground.traces import (
    number_data,
    parameters_data,
    trace_data,
    working_data,
)

_SMALL, _ALL_CELLS, _FEW_CELLS = 3000, 128, 16
"""Of small networks every number of arrays up to a size is worked out; of larger ones a few."""

_MOST_CLASSES = 100


def stepping(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the trace of an example.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        ``row``: ``{"part", "number"}`` or ``{"part", "place"}``; or ``values``, a cell a column or
        the numbers of an example, and perhaps ``target``. ``training``: whether dropout drops;
        ``jacobian``: whether δ is derived through it.
    """
    subject = subject_of(bench, fields)
    prepared, network = subject.prepared, subject.prepared.network
    optimizer, penalty, clipping, notes = rule_of(bench)
    if subject.y is None:
        optimizer, notes = None, (_("Without a target the way ends with the prediction."),)
    with np.errstate(all="ignore"):
        trace = explain(
            network,
            subject.parameters,
            subject.X,
            subject.y,
            loss=None if subject.y is None else prepared.loss,
            optimizer=optimizer,
            l1=penalty.l1,
            l2=penalty.l2,
            clip_value=clipping.value,
            clip_norm=clipping.norm,
            frozen=frozen_of(prepared),
            training=_truth("training", fields),
            seed=prepared.experiment.settings.seed,
            mask=subject.mask,
            jacobian=_truth("jacobian", fields),
            cells=_ALL_CELLS if network.layout.size <= _SMALL else _FEW_CELLS,
            feature_names=subject.feature_names,
            class_names=subject.class_names,
        )
        outputs = network.predict(subject.parameters, subject.X, subject.mask)
    loss = None if subject.y is None else prepared.loss
    found = source_lines(network, trace, loss=loss, optimizer=optimizer)
    return {
        **trace_data(replace(trace, title=subject.title), found),
        **_in_words(subject, outputs),
        "parameters": parameters_data(subject.parameters),
        "epoch": bench.shown_epoch(),
        "notes": [str(note) for note in notes],
        "optimizer": None if optimizer is None else type(optimizer).__name__,
    }


def stepping_neuron(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return one unit's sum: ``layer`` and ``unit``, perhaps ``position``, besides those above."""
    subject = subject_of(bench, fields)
    position = fields.get("position") or []
    if not isinstance(position, list) or len(position) > 3:
        raise ArgumentTypeError(_("position: give whole numbers, not {found!r}", found=position))
    layer, unit = whole("layer", fields.get("layer")), whole("unit", fields.get("unit"))
    with np.errstate(all="ignore"):
        return neuron(subject, layer, unit, tuple(whole("position", at) for at in position))


def stepping_cell(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a number of a layer came about: ``layer``, ``kind``, ``symbol``, ``index``."""
    subject = subject_of(bench, fields)
    network = subject.prepared.network
    position = whole("layer", fields.get("layer"))
    if not 0 <= position < len(network.layers):
        raise ConfigurationError(_("layer: there is no layer {number}", number=position))
    backward = fields.get("kind") == "backward"
    if backward:
        require_target(subject)
    with np.errstate(all="ignore"):
        traced = _traced(subject, backward)[position]
        ways = traced.backward if backward else traced.forward
        named = [step for step in ways if step.symbol == fields.get("symbol")]
        if not named:
            raise ConfigurationError(
                _("symbol: the layer has no {found!r}", found=fields.get("symbol"))
            )
        index = _index(fields.get("index"), named[0].array)
        working = named[0].worked_at(index) if named[0].worked_at is not None else ()
    return {"working": working_data(working), "value": number_data(float(named[0].array[index]))}


def _traced(subject: Subject, backward: bool) -> Any:
    """Pass through the layers before the loss, and back where that is asked for."""
    network, own = subject.prepared.network, subject.parameters.by_layer
    body, activation = network.split_output()
    x = network.cast_examples(subject.X, subject.parameters.vector.dtype)
    context, delta = Context(mask=subject.mask), None
    if backward:
        head = Head(activation, subject.prepared.loss)
        logits, _caches = forward_through(body, own, x, context)
        wanted = head.loss.prepare(subject.y, network.output_shape, "float64")
        delta = head.row_deltas(logits, head.predict(logits), wanted)
    return trace_through(body, own, x, context, delta)


def _index(given: Any, array: FloatArray) -> tuple[int, ...]:
    if not isinstance(given, list) or len(given) != array.ndim:
        raise ArgumentTypeError(
            _("index: give {count} whole numbers, not {found!r}", count=array.ndim, found=given)
        )
    index = tuple(whole("index", place) for place in given)
    if not all(0 <= at < length for at, length in zip(index, array.shape, strict=True)):
        raise ConfigurationError(_("index: there is none at {found}", found=given))
    return index


def _truth(name: str, fields: Mapping[str, Any]) -> bool:
    given = fields.get(name, False)
    check_truth(name, given)
    return bool(given)


def _in_words(subject: Subject, outputs: FloatArray) -> dict[str, Any]:
    """Say what is given, wanted and predicted, as the dataset calls it."""
    prepared = subject.prepared
    shares = shares_of(prepared, outputs)
    wanted, wrong = None, None
    if subject.target is not None:
        part = Part(subject.X, subject.target, labels=subject.labels)
        wanted = targets_in_words(prepared, part)[0]
        flags = wrong_of(prepared, part, outputs)
        wrong = None if flags is None else bool(flags[0])
    names = prepared.target.class_names
    return {
        "row": None
        if subject.part is None
        else {"part": subject.part, "number": subject.number, "place": subject.place},
        "columns": [column.to_data() for column in columns_of(prepared)],
        "given": subject.cells,
        "target": wanted,
        "predicted": predictions_in_words(prepared, outputs)[0],
        "wrong": wrong,
        "shares": None
        if shares is None
        else [
            {"name": str(name), "share": finite(share)}
            for name, share in zip(names, shares[0].tolist(), strict=False)
        ][:_MOST_CLASSES],
    }


ANSWERS = {
    "stepping": stepping,
    "stepping_neuron": stepping_neuron,
    "stepping_cell": stepping_cell,
}
