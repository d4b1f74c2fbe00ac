"""A design in words that the page draws from: its data, its layers and what they put out."""

from typing import Any

from axone.activations import ActivationFunction
from axone.arrays import Shape
from axone.data.look import report_on
from axone.experiments.preparation import Prepared
from axone.layers import Dense, Layer
from axone.messages import shorten
from axone.playground.designs import Design
from axone.playground.limits import LONGEST_NAME, MOST_NAMES
from axone.playground.notes import on_the_page
from axone.playground.views.inputs import has_plane, input_names
from axone.registry import name_of, plain


def described(design: Design) -> dict[str, Any]:
    """Describe a design: see `designed` in the playground's documentation."""
    prepared = design.prepared
    return {
        "design": design.data,
        "experiment": prepared.experiment.settings.model_dump(mode="json"),
        "notes": [on_the_page(note) for note in prepared.notes],
        "data": _data(prepared),
        "network": _network(prepared),
        "hidden_layers": [plain(layer) for layer in prepared.network.layers[:-1]],
        "parameters_total": prepared.network.layout.size,
        "engine": design.trainer.engine_used,
        "steps_of_epoch": design.trainer.recipe.steps(len(prepared.parts["train"])),
    }


def _data(prepared: Prepared) -> dict[str, Any]:
    dataset, preprocessing = prepared.dataset, prepared.preprocessing
    shape = preprocessing.feature_shape
    names = list(preprocessing.feature_names) if len(shape) == 1 else []
    inputs = input_names(prepared)[:MOST_NAMES] if has_plane(prepared) else ()
    return {
        "name": dataset.name,
        "task": prepared.target.task,
        "kind": dataset.kind,
        "rows": {name: len(part) for name, part in prepared.parts.items()},
        "shape": list(shape),
        "features": [shorten(name, LONGEST_NAME) for name in names[:MOST_NAMES]],
        "inputs": [shorten(name, LONGEST_NAME) for name in inputs],
        "classes": [shorten(name, LONGEST_NAME) for name in dataset.class_names] or None,
        "target": dataset.target_name,
        "targets": list(dataset.target_names),
        "columns": _columns(prepared),
    }


def _columns(prepared: Prepared) -> list[dict[str, Any]]:
    """Describe the columns of a table as they were read; of arrays there are none."""
    dataset = prepared.dataset
    if dataset.read is None:
        return []
    report = report_on(dataset.read, dataset.name, dataset.target_name, dataset.facts)
    return report.to_data()["columns"][:MOST_NAMES]


def _network(prepared: Prepared) -> list[dict[str, Any]]:
    network = prepared.network
    rows = network.summary().rows
    return [
        {
            "layer": position,
            "name": name_of(layer),
            "title": row.title,
            "activation": _activation(layer),
            "output_shape": list(row.output_shape),
            "parameters": row.parameters,
            "units": row.output_shape[0],
            "drawn": _drawn(layer, row.output_shape),
            "settings": plain(layer),
        }
        for position, (layer, row) in enumerate(zip(network.layers, rows, strict=True))
    ]


def _drawn(layer: Layer, output_shape: Shape) -> str:
    """Return what a layer is drawn as: its units, its channels, or a box."""
    if isinstance(layer, Dense):
        return "units"
    return "channels" if len(output_shape) > 1 else "box"


def _activation(layer: Layer) -> Any:
    function = getattr(layer, "function", None)
    return plain(function) if isinstance(function, ActivationFunction) else None
