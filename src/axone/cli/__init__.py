"""The command line: `axone train`, `tune`, `predict`, `evaluate`, `compare` and what helps them."""

from typing import Annotated

import typer

from axone import __version__
from axone.cli import console
from axone.cli.compare import compare
from axone.cli.datasets import datasets
from axone.cli.evaluate import evaluate
from axone.cli.help import TranslatedGroup
from axone.cli.predict import predict
from axone.cli.schema import schema
from axone.cli.summary import summary
from axone.cli.train import train
from axone.cli.tune import tune
from axone.messages import _

app = typer.Typer(
    name="axone",
    cls=TranslatedGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train)
# A row typed by hand may hold negative numbers, which are not options.
app.command(context_settings={"ignore_unknown_options": True})(predict)
app.command()(compare)
for command in (tune, evaluate, summary, datasets, schema):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"axone {__version__}")
        raise typer.Exit


@app.callback()
def axone(
    debug: Annotated[
        bool, typer.Option("--debug", help=_("Show errors with their traceback."))
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=_("Print the version.")),
    ] = False,
) -> None:
    """Small neural networks that train fast, read like the textbook and explain themselves.

    axone train iris                       train on a dataset
    axone train table.csv --target price   or on your own table
    axone predict runs/iris new.csv        predict new rows
    """
    del version
    console.debug = debug


def main() -> None:
    """Run the command line."""
    app()
