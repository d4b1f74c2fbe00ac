"""`axone schema`: what an experiment file may contain, as JSON Schema, for editors and checks."""

from axone.cli.console import explained_errors, print_json
from axone.experiments import ExperimentData
from axone.messages import _

HELP = _(
    """Print the JSON Schema of experiment files.

Editors that know it complete and check TOML, JSON and YAML as you type."""
)


def schema() -> None:
    """Run `axone schema`, as `HELP` tells."""
    with explained_errors():
        described = ExperimentData.model_json_schema()
        described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        described["title"] = "Axone experiment"
        print_json(described)
