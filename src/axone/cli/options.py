"""Options that several commands take: what to learn, with which network, how to train it."""

from pathlib import Path
from typing import Annotated

import typer

from axone.messages import _

Target = Annotated[
    str | None,
    typer.Option(help=_('Column to predict, for a table; or a comparison: "price > 100".')),
]
Task = Annotated[
    str | None,
    typer.Option(
        help=_(
            "classification, regression, reconstruction: give the input back, or generation: "
            "continue texts."
        )
    ),
]
DataOption = Annotated[
    list[str] | None,
    typer.Option(
        "--data-option",
        metavar="NAME=VALUE",
        help=_("Of a generated dataset: rows=500, noise=0.1, range=0..50, operation=multiply, …"),
    ),
]
BatchSize = Annotated[int | None, typer.Option(help=_("Rows of a step (default auto, 8 to 64)."))]
LearningRate = Annotated[
    float | None, typer.Option(help=_("Learning rate (default 0.001 for adam)."))
]
Quantiles = Annotated[
    str | None,
    typer.Option(
        metavar="LEVELS",
        help=_(
            "Of numbers learn these quantiles, e.g. 0.05,0.5,0.95: what is predicted, and an "
            "interval around it."
        ),
    ),
]
Hidden = Annotated[
    str | None, typer.Option(help=_("Units of the hidden layers, e.g. 64,32 (default 64,32)."))
]
Preset = Annotated[
    str | None,
    typer.Option(
        help=_(
            "A network by name: lenet, cnn, fcn-1d, gru, …; axone presets lists them (default what "
            "images, signals and sequences call for)."
        )
    ),
]
StartFrom = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="MODEL",
        help=_(
            "Begin with what a run or a model file has learnt: its layers below the output layer, "
            "with their weights and their preprocessing."
        ),
    ),
]
Frozen = Annotated[
    str | None,
    typer.Option(
        "--freeze",
        metavar="LAYERS",
        help=_(
            "How many layers, the first ones, learn nothing, or the name of the last of them "
            "(default 0)."
        ),
    ),
]
Activation = Annotated[
    str | None,
    typer.Option(
        help=_(
            'Of the hidden layers: relu, tanh, gelu, … or a formula, "z * sigmoid(1.5*z)" '
            "(default relu)."
        )
    ),
]
Dropout = Annotated[float | None, typer.Option(help=_("Rate after each hidden layer (default 0)."))]
L2 = Annotated[float | None, typer.Option(help=_("Penalty on large weights (default 0)."))]
Seed = Annotated[int | None, typer.Option(help=_("Decides everything random (default 0)."))]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--types",
        metavar="COLUMN=KIND",
        help=_(
            "What a column is, or how it is read: number, boolean, category, ordinal, date, "
            "ignore, text, decimal-comma, decimal-point, day-first, month-first, year-first. May "
            "be repeated."
        ),
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(
        "--missing", metavar="MARK", help=_("Cells that stand for no value, as ?. May be repeated.")
    ),
]
Query = Annotated[
    str | None, typer.Option(help=_("Of a database: one SELECT, or the name of a table."))
]
Sheet = Annotated[
    str | None, typer.Option(help=_("Of a spreadsheet (default the first that holds anything)."))
]
