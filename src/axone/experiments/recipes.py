"""What the named datasets ask for beyond the defaults: the four-row gates, and the calculator.

A recipe is laid under the user's own settings, which take precedence.
"""

from collections.abc import Callable, Mapping
from typing import Any

from axone.data.generated import options_of
from axone.experiments.files import merged

Settings = Mapping[str, Any]


def _gate(source: str, options: Settings) -> Settings:
    if options_of(source, options)["rows"] > 4:
        return {}
    return {
        # Four rows are the whole truth: nothing can be held out.
        "data": {"validation": 0.0, "test": 0.0, "scaling": "none"},
        "network": {"hidden": [4], "activation": "tanh"},
        "training": {
            "epochs": 300,
            "batch_size": 4,
            "optimizer": {"name": "adam", "learning_rate": 0.05},
        },
    }


def _calculator(source: str, options: Settings) -> Settings:
    """The course's first project: two integers in, their sum or product out."""
    chosen = options_of(source, options)
    largest = float(max(map(abs, chosen["range"])))
    is_sum = chosen.get("operation") == "add"
    return {
        "data": {
            "scaling": {"name": "divide", "by": largest},
            "target_scaling": {"name": "divide", "by": 2 * largest if is_sum else largest**2},
        },
        "network": {"hidden": [16, 16, 16]},
        "training": {
            "epochs": 10,
            "batch_size": 64,
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
        },
    }


RECIPES: Mapping[str, Callable[[str, Settings], Settings]] = {
    "xor": _gate,
    "and": _gate,
    "or": _gate,
    "calculator": _calculator,
    "calculator_product": _calculator,
}


def with_recipe(source: str, settings: Settings) -> dict[str, Any]:
    """Return the settings for a source, its recipe for its options underneath.

    Raises
    ------
    ConfigurationError
        An option that the source does not have, or a value that is not allowed.
    """
    options = settings.get("data", {}).get("options", {})
    recipe = RECIPES[source](source, options) if source in RECIPES else {}
    return merged(merged(recipe, {"data": {"source": source}}), settings)
