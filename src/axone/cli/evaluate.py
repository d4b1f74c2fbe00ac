"""`axone evaluate`: a model, and labelled rows or its run's own, in; metrics out."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli import options
from axone.cli.console import (
    explained_errors,
    messages,
    metrics_table,
    output,
    print_json,
    tell,
)
from axone.errors import DataError
from axone.messages import _


def evaluate(
    model: Annotated[
        Path,
        typer.Argument(
            help=_("A folder that `axone train` made, or a .safetensors model."), metavar="MODEL"
        ),
    ],
    data: Annotated[
        str | None,
        typer.Argument(
            help=_(
                "Rows with their target: a file (CSV, Excel, Parquet, NPZ, …), a folder with a "
                "subfolder for each class, a dataset's name, - for standard input, or a database's "
                "URL; the run's own if left out."
            )
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help=_("The target's column, if it has another name here."))
    ] = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Run `axone evaluate`, as its help tells."""
    with explained_errors():
        from axone.cli.models import model_at
        from axone.data import TableOptions
        from axone.data.parts import name_of_part
        from axone.data.sources import is_stream, source_name
        from axone.experiments import load_run, measure, prepare
        from axone.experiments.labelled import read_labelled

        if data is None:
            if model.is_file():
                raise DataError(
                    _(
                        "{model} is a model file, which holds no rows: give a file of rows to "
                        "measure it on, or the folder of its run.",
                        model=model,
                    )
                )
            experiment, fitted = load_run(model)
            parts = prepare(experiment).parts
        else:
            fitted = model_at(model)
            table = TableOptions(query=query, sheet=sheet)
            rows = read_labelled(data, fitted, target or fitted.target.column, table)
            for note in rows.notes:
                tell(messages(), note)
            parts = {source_name(data) if is_stream(data) else Path(data).name: rows.part}
        scores = {name: measure(fitted, part) for name, part in parts.items()}
        if as_json:
            print_json(scores)
        else:
            # A file, too, may be called as a part is.
            ours = data is None
            named = {name_of_part(name) if ours else name: scores[name] for name in scores}
            output().print(metrics_table(named))
