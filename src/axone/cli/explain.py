"""`axone explain`: one row, or a few, through a network and back, with every number."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli import options
from axone.cli.console import echo, explained_errors, messages, tell
from axone.messages import _


def explain(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "A result folder or a .safetensors model, whose weights are explained; or a "
                "dataset's name, a data file or an experiment file, with the weights that training "
                "begins with."
            )
        ),
    ],
    row: Annotated[
        list[int] | None,
        typer.Option(
            "--row",
            metavar="N",
            help=_("Which row of the data, from 0 (default 0). Repeated: a mini-batch."),
        ),
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help=_(
                "Rows of a file in place of the data's own; --row then counts them. Without their "
                "target the way ends with the prediction."
            ),
        ),
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES", help=_("Sizes of dense layers, input and output too: 4-3-3.")
        ),
    ] = None,
    activation: options.Activation = None,
    preset: options.Preset = None,
    loss: Annotated[
        str | None,
        typer.Option(help=_("mse, mae, huber, … (default that of the run, or what suits).")),
    ] = None,
    optimizer: Annotated[
        str | None,
        typer.Option(help=_("Whose step is shown: adam, sgd, … (default the run's, or adam).")),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", "--lr", help=_("Of that step (default the optimiser's).")),
    ] = None,
    training: Annotated[
        bool,
        typer.Option(
            "--training",
            help=_("As in training: dropout drops, batch norm has the statistics of these rows."),
        ),
    ] = False,
    jacobian: Annotated[
        bool,
        typer.Option(
            "--jacobian", help=_("Also derive δ = ŷ − y through the Jacobian of softmax.")
        ),
    ] = False,
    target: options.Target = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    seed: options.Seed = None,
    digits: Annotated[
        int, typer.Option(min=1, max=17, help=_("Significant digits of every number."))
    ] = 4,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=_(
                "text, json, markdown, latex or html (default what the ending of --out says, or "
                "text)."
            ),
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Write it there instead of printing it: page.html."))
    ] = None,
) -> None:
    """Run `axone explain`, as its help tells."""
    with explained_errors():
        from axone.cli.explained import Wanted, explained, rendering
        from axone.cli.sources import Overrides
        from axone.files import write_atomically
        from axone.shown import writable

        render = rendering(format_, out)
        overrides = Overrides(
            target=target,
            preset=preset,
            activation=activation,
            loss=loss,
            optimizer=optimizer,
            learning_rate=learning_rate,
            seed=seed,
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
        )
        wanted = Wanted(
            rows=tuple(row or ()),
            file=csv,
            layers=layers,
            training=training,
            jacobian=jacobian,
        )
        trace, notes = explained(source, overrides, wanted)
        for note in notes:
            tell(messages(), note)
        text = render(trace, digits)
        if out is None:
            echo(text)
        else:
            write_atomically(out, (writable(text) + "\n").encode())
