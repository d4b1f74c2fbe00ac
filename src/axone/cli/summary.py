"""`axone summary`: the network of an experiment, a dataset or a result folder, layer by layer."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli import options
from axone.cli.console import echo, explained_errors
from axone.messages import _, shorten

_NAME = 60
"""Characters of the input's name."""


def summary(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "An experiment file, a dataset's name, a data file, a result folder, or a "
                ".safetensors model."
            )
        ),
    ],
    target: options.Target = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    preset: options.Preset = None,
    hidden: Annotated[str | None, typer.Option(help=_("Units of the hidden layers."))] = None,
    activation: Annotated[str | None, typer.Option(help=_("Of the hidden layers."))] = None,
    dropout: Annotated[float | None, typer.Option(help=_("Rate after each hidden layer."))] = None,
    backward: Annotated[
        bool,
        typer.Option(
            "--backward",
            help=_("Show the shape of every array of both passes, m being the rows of a batch."),
        ),
    ] = False,
) -> None:
    """Run `axone summary`, as its help tells."""
    with explained_errors():
        from axone.cli.models import is_model, model_at, require_no_settings
        from axone.cli.sources import Overrides, describe
        from axone.experiments import prepare

        overrides = Overrides(
            target=target,
            preset=preset,
            hidden=hidden,
            activation=activation,
            dropout=dropout,
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
        )
        if is_model(source):
            require_no_settings(overrides)
            network = model_at(Path(source)).network
        else:
            network = prepare(describe(source, overrides)).network
        name = shorten(network.input_name, _NAME) or _("Input")
        echo(str(_("{name} {shape}", name=name, shape=network.input_shape)))
        if backward:
            # It takes a moment to load: only for who asks for it.
            from axone.explanation import pass_shapes

            echo(str(pass_shapes(network)))
        else:
            echo(str(network.summary()))
