"""The command line: `axone train`, `tune`, `predict`, `evaluate`, `compare` and what helps them."""

from typing import Annotated

import typer

from axone.cli import console
from axone.cli.help import CommandGroup
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
    cls=CommandGroup,
    subcommand_metavar=_("COMMAND [ARGS]...").english,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"axone {VERSION}")
        raise typer.Exit


@app.callback(help=_HELP)
def axone(
    debug: Annotated[
        bool, typer.Option("--debug", help=_("Show errors with their traceback."))
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="LANGUAGE",
            help=_("Language of every text, as fr (default: $AXONE_LANG, else the locale's)."),
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=_("Print the version.")),
    ] = False,
) -> None:
    """Choose what holds for every command."""
    # `CommandGroup` has chosen the language, before it wrote a word.
    del version, lang
    console.debug = debug


def main() -> None:
    """Run the command line."""
    app()
