"""A remedy laid over a design: what a diagnosis asks to be changed, as the page edits it.

Remedies name settings of experiment files, and say of the hidden layers what becomes of them; a
design lists these, so that it is done to each.
"""

import copy
from collections.abc import Mapping
from typing import Any

from axone.experiments.remedies import put, without_nothing
from axone.layers import LAYERS
from axone.playground.designs import Design
from axone.registry import plain
from axone.training.diagnosis.treatment import changed_layers, is_of_layers

_EPOCHS = "training.epochs"


def treated(design: Design, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a design with the changes of a remedy made.

    Parameters
    ----------
    design : Design
    changes : mapping of str to value
        As `Remedy.changes` has them.
    """
    data = copy.deepcopy(design.data)
    if any(is_of_layers(key) for key in changes):
        _change_layers(design, data, changes)
    for key, value in changes.items():
        if key == _EPOCHS:
            # A page's runs are long as it is: none is made shorter.
            epochs = design.prepared.experiment.settings.training.epochs
            put(data, key.split("."), max(value, epochs))
        elif not is_of_layers(key):
            put(data, key.split("."), value)
    return data


def _change_layers(design: Design, data: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Change the list of hidden layers; of a preset, or of none, a list is made first."""
    network = dict(data.get("network") or {})
    *own, last = design.prepared.network.layers
    listed = network.get("hidden_layers")
    hidden = own if listed is None else [LAYERS.resolve(layer) for layer in listed]
    output = network.get("output_layer")
    if output is not None:
        last = LAYERS.resolve(output)
    *hidden, last = changed_layers([*hidden, last], changes)
    if network.pop("preset", None) is not None:
        # What it says of training would go with its name.
        data["training"] = without_nothing(
            design.prepared.experiment.settings.training.model_dump()
        )
    network["hidden_layers"] = [plain(layer) for layer in hidden]
    if output is not None:
        network["output_layer"] = plain(last)
    if listed is None or len(hidden) != len(listed):
        network.pop("layer_names", None)
    data["network"] = network
