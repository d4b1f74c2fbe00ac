"""`axone schema`: what an experiment file may contain, as JSON Schema, for editors and checks."""

from axone.cli.console import explained_errors, print_json
from axone.messages import _


def schema() -> None:
    """Run `axone schema`, as its help tells."""
    with explained_errors():
        from axone.experiments.schema import described_schema

        described = described_schema()
        described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        described["title"] = str(_("Axone experiment"))
        print_json(described)
