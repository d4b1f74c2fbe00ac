"""The command line: `axone train`, `tune`, `predict`, `evaluate`, `compare` and what helps them."""

from typing import Annotated

import typer

from axone.cli import console
from axone.cli.compare import HELP as COMPARE
from axone.cli.compare import compare
from axone.cli.datasets import HELP as DATASETS
from axone.cli.datasets import datasets
from axone.cli.evaluate import HELP as EVALUATE
from axone.cli.evaluate import evaluate
from axone.cli.help import TranslatedGroup
from axone.cli.predict import HELP as PREDICT
from axone.cli.predict import predict
from axone.cli.schema import HELP as SCHEMA
from axone.cli.schema import schema
from axone.cli.summary import HELP as SUMMARY
from axone.cli.summary import summary
from axone.cli.train import HELP as TRAIN
from axone.cli.train import train
from axone.cli.tune import HELP as TUNE
from axone.cli.tune import tune
from axone.messages import _
from axone.version import VERSION

_HELP = _(
    """Small neural networks that train fast, read like the textbook and explain themselves.

axone train iris                       train on a dataset
axone train table.csv --target price   or on your own table
axone predict runs/iris new.csv        predict new rows"""
)

app = typer.Typer(
    name="axone",
    cls=TranslatedGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(help=TRAIN)(train)
# A row typed by hand may hold negative numbers, which are not options.
app.command(help=PREDICT, context_settings={"ignore_unknown_options": True})(predict)
app.command(help=COMPARE)(compare)
app.command(help=TUNE)(tune)
app.command(help=EVALUATE)(evaluate)
app.command(help=SUMMARY)(summary)
app.command(help=DATASETS)(datasets)
app.command(help=SCHEMA)(schema)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"axone {VERSION}")
        raise typer.Exit


@app.callback(help=_HELP)
def axone(
    debug: Annotated[
        bool, typer.Option("--debug", help=_("Show errors with their traceback."))
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=_("Print the version.")),
    ] = False,
) -> None:
    """Choose what holds for every command."""
    del version
    console.debug = debug


def main() -> None:
    """Run the command line."""
    app()
