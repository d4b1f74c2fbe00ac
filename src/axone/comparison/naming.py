"""What a description is called in messages: its name in its table, else its class."""

from typing import Any

from axone.errors import ConfigurationError
from axone.registry import registry_of


def name_of(described: Any) -> str:
    """Return ``"relu"`` of a ReLU, and the class's name of a description of the user's own."""
    try:
        data = registry_of(described).to_data(described)
    except ConfigurationError:
        return type(described).__name__
    return str(data if isinstance(data, str) else data["name"])
