"""`axone evaluate`: a model, and labelled rows or its run's own, in; metrics out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.console import (
    explained_errors,
    messages,
    metrics_table,
    output,
    print_json,
    tell,
)
from axone.errors import DataError
from axone.messages import _, listed

if TYPE_CHECKING:
    from axone.experiments import Part
    from axone.model import Model


def evaluate(
    model: Annotated[
        Path,
        typer.Argument(
            help=_("A folder that `axone train` made, or a .safetensors model."), metavar="MODEL"
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Argument(
            help=_("A CSV, NPZ or Parquet file with the target; the run's own if left out.")
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help=_("The target's column, if it has another name here."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Run `axone evaluate`, as its help tells."""
    with explained_errors():
        from axone.cli.models import model_at
        from axone.experiments import load_run, measure, prepare

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
            parts = {data.name: labelled(data, fitted, target or fitted.target.column)}
        scores = {name: measure(fitted, part) for name, part in parts.items()}
        if as_json:
            print_json(scores)
        else:
            output().print(metrics_table(scores))


def labelled(path: Path, model: "Model", column: str) -> "Part":
    """Read rows with their target, as the model takes them.

    Raises
    ------
    DataError
        No target in the file, or labels and numbers that the model does not know.
    """
    import numpy as np

    from axone.data import read_rows
    from axone.experiments import Part
    from axone.model import Classes

    rows = read_rows(path, column or None)
    for note in rows.notes:
        tell(messages(), note)
    X, y = rows.X, rows.y
    if y is None:
        if not column or column not in getattr(X, "columns", ()):
            found = listed(getattr(X, "columns", ())) or _("an array without y")
            raise DataError(
                _(
                    "{path}: there is no target {column!r}. Found {found}. Name the column with "
                    "--target.",
                    path=path,
                    column=column,
                    found=found,
                )
                if column
                else _(
                    "{path}: which column is the target? Found {found}. Name the column with "
                    "--target.",
                    path=path,
                    found=found,
                )
            )
        y = np.asarray(X[column])
    if isinstance(model.target, Classes):
        if model.target.several or not model.has_probabilities:
            raise DataError(
                _(
                    "{path}: only models that give one class a row, with its probability, or "
                    "numbers can be evaluated; this one was saved by an estimator of another "
                    "kind.",
                    path=path,
                )
            )
        y = model.target.encode(y)
    return Part(model.preprocessing.transform(X, model.dtype), y)
