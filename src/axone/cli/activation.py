"""`axone activation`: an activation, its derivative, some of their values, and their picture."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli.console import echo, explained_errors, output, print_json, print_wrapped
from axone.messages import _, formatted

_AT = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0)


def activation(
    name: Annotated[
        str,
        typer.Argument(
            help=_('A name, such as gelu, or a formula, such as "z * sigmoid(1.5*z)".'),
            metavar="NAME|FORMULA",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help=_("Draw σ and σ′ into this PNG file."), metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Run `axone activation`, as its help tells."""
    with explained_errors():
        import numpy as np

        from axone.activations import ACTIVATIONS, Formula, of_cells, written
        from axone.plots import plot_activation, save_figure

        function = of_cells(name)
        z = np.array(_AT)[:, None]
        value = function.value(z)
        slope = function.derivative(z, value)
        if out is not None:
            save_figure(plot_activation(function), out)
        if as_json:
            print_json(
                {
                    "activation": ACTIVATIONS.to_data(function),
                    "derivative": function.slope if isinstance(function, Formula) else None,
                    "learned": dict(function.learned),
                    "initializer": function.initializer,
                    "z": _AT,
                    "value": value[:, 0].tolist(),
                    "slope": slope[:, 0].tolist(),
                    "picture": None if out is None else str(out),
                }
            )
            return
        console = output()
        print_wrapped(console, f"σ(z)   {written(function)}", indent=7)
        if isinstance(function, Formula):
            print_wrapped(console, f"σ′(z)  {function.slope}", indent=7)
        echo("")
        for label, row in (("z", _AT), ("σ(z)", value[:, 0]), ("σ′(z)", slope[:, 0])):
            echo(f"{label:6}" + "".join(f"{formatted(number, '10.3g')}" for number in row))
        echo("")
        learned = ", ".join(f"{key} = {start:g}" for key, start in function.learned.items())
        if learned:
            echo(str(_("Learnt, from: {learned}", learned=learned)))
        echo(str(_("Weights before it start by {initializer}.", initializer=function.initializer)))
        if out is not None:
            echo(str(_("Picture: {path}", path=out)))
