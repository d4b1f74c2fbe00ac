"""`axone look`: what a table is read as, column by column, or what a dataset's examples are."""

from typing import Annotated

import typer

from axone.cli import options
from axone.cli.console import explained_errors, output, print_json, print_wrapped
from axone.messages import _


def look(
    table: Annotated[
        str,
        typer.Argument(
            help=_(
                "A file (CSV, Excel, Parquet, JSON, ARFF, …, also compressed), - for standard "
                "input, or a database's URL; or a dataset's name, an archive of arrays or of time "
                "series, a folder of images or sounds."
            ),
            metavar="TABLE",
        ),
    ],
    target: options.Target = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Run `axone look`, as its help tells."""
    with explained_errors():
        from axone.cli.column_choices import column_choices
        from axone.data.look import look as look_at

        report = look_at(
            table,
            target=target,
            columns=column_choices(types or ()),
            missing=missing or (),
            query=query,
            sheet=sheet,
        )
        if as_json:
            print_json(report.to_data())
            return
        console = output()
        for line in report.lines():
            print_wrapped(console, line, indent=13)
