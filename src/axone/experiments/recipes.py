"""What the named datasets ask for beyond the defaults: the four-row gates, and the calculator.

A recipe is laid under the user's own settings, which take precedence.
"""

from collections.abc import Mapping
from typing import Any

from axone.experiments.files import merged

_GATE: Mapping[str, Any] = {
    # Four rows are the whole truth: nothing can be held out.
    "data": {"validation": 0.0, "test": 0.0, "scaling": "none"},
    "network": {"hidden": [4], "activation": "tanh"},
    "training": {
        "epochs": 300,
        "batch_size": 4,
        "optimizer": {"name": "adam", "learning_rate": 0.05},
    },
}


def _calculator(largest: float) -> Mapping[str, Any]:
    """The course's first project: two integers in, their sum or product out."""
    return {
        "data": {
            "scaling": {"name": "divide", "by": 100.0},
            "target_scaling": {"name": "divide", "by": largest},
        },
        "network": {"hidden": [16, 16, 16]},
        "training": {
            "epochs": 10,
            "batch_size": 64,
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
        },
    }


RECIPES: Mapping[str, Mapping[str, Any]] = {
    "xor": _GATE,
    "and": _GATE,
    "or": _GATE,
    "calculator": _calculator(200.0),
    "calculator_product": _calculator(10000.0),
}


def with_recipe(source: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings for a source, its recipe underneath."""
    recipe = merged(RECIPES.get(source, {}), {"data": {"source": source}})
    return merged(recipe, settings)
