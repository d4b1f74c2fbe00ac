"""Options that several commands take: what to learn, with which network, how to train it."""

from typing import Annotated

import typer

Target = Annotated[str | None, typer.Option(help="Column to predict, for a table.")]
Task = Annotated[str | None, typer.Option(help="classification or regression.")]
BatchSize = Annotated[int | None, typer.Option(help="Rows of a step (default auto, 8 to 64).")]
LearningRate = Annotated[float | None, typer.Option(help="Learning rate (default 0.001 for adam).")]
Hidden = Annotated[
    str | None, typer.Option(help="Units of the hidden layers, e.g. 64,32 (default 64,32).")
]
Activation = Annotated[
    str | None, typer.Option(help="Of the hidden layers: relu, tanh, gelu, … (default relu).")
]
Dropout = Annotated[float | None, typer.Option(help="Rate after each hidden layer (default 0).")]
L2 = Annotated[float | None, typer.Option(help="Penalty on large weights (default 0).")]
Seed = Annotated[int | None, typer.Option(help="Decides everything random (default 0).")]
