"""`axone schema`: what an experiment file may contain, as JSON Schema, for editors and checks."""

from typing import Any

from axone.cli.console import explained_errors, print_json
from axone.messages import _, translated


def schema() -> None:
    """Run `axone schema`, as its help tells."""
    with explained_errors():
        from axone.experiments import ExperimentData

        described = _shown(ExperimentData.model_json_schema())
        described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        described["title"] = str(_("Axone experiment"))
        print_json(described)


def _shown(part: Any) -> Any:
    """Return a part of a schema with its descriptions in the language in use.

    They are looked up by their English, which is all that pydantic promises to keep of a message.
    """
    if isinstance(part, dict):
        return {
            key: translated(value)
            if key == "description" and isinstance(value, str)
            else _shown(value)
            for key, value in part.items()
        }
    return [_shown(item) for item in part] if isinstance(part, list) else part
