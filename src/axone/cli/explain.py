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
        Path | None,
        typer.Option(
            help=_(
                "Write it there instead of printing it: page.html; with --importance the folder of "
                "the pictures (default that of the run)."
            )
        ),
    ] = None,
    importance: Annotated[
        bool,
        typer.Option(
            "--importance",
            help=_(
                "Of a run on a table: which columns matter, and pictures of how the answers follow "
                "the first three."
            ),
        ),
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", help=_("With --importance: only these, as age,income (default all).")
        ),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(min=1, help=_("With --importance: of so many rows at most (default 2000).")),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            help=_("With --importance: f1_macro, log_loss, mae, … (default accuracy, r2).")
        ),
    ] = None,
    change: Annotated[
        bool,
        typer.Option(
            "--counterfactual",
            help=_(
                "Of a run on a table: the least change of a row (--row, --csv) that changes the "
                "answer."
            ),
        ),
    ] = False,
    of_class: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="NAME",
            help=_("With --counterfactual: the class that is wanted (default any other)."),
        ),
    ] = None,
    to: Annotated[
        float | None,
        typer.Option(help=_("With --counterfactual: the number that the prediction is to reach.")),
    ] = None,
    fixed: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", help=_("With --counterfactual: columns that stay, as age,sex.")
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help=_("With --importance or --counterfactual: print JSON.")),
    ] = False,
) -> None:
    """Run `axone explain`, as its help tells."""
    with explained_errors():
        from axone.cli.explanations import chosen_way, require_heeded

        way = chosen_way({"--importance": importance, "--counterfactual": change})
        require_heeded(
            way,
            {
                ("", "--counterfactual"): {"--row": row, "--csv": csv},
                ("", "--importance"): {"--seed": seed, "--out": out},
                ("--importance", "--counterfactual"): {"--json": as_json or None},
                ("--importance",): {"--columns": columns, "--rows": rows, "--metric": metric},
                ("--counterfactual",): {"--class": of_class, "--to": to, "--fixed": fixed},
                ("",): {
                    "--layers": layers,
                    "--activation": activation,
                    "--preset": preset,
                    "--loss": loss,
                    "--optimizer": optimizer,
                    "--lr": learning_rate,
                    "--training": training or None,
                    "--jacobian": jacobian or None,
                    "--target": target,
                    "--types": types,
                    "--missing": missing,
                    "--query": query,
                    "--sheet": sheet,
                    "--format": format_,
                },
            },
        )
        if way == "--importance":
            from axone.cli.importance import explain_importance

            explain_importance(
                source,
                columns=columns,
                rows=rows,
                metric=metric,
                seed=seed,
                out=out,
                as_json=as_json,
            )
            return
        if way == "--counterfactual":
            from axone.cli.counterfactual import explain_counterfactual

            explain_counterfactual(
                source,
                rows=tuple(row or ()),
                file=csv,
                wanted=of_class,
                to=to,
                fixed=fixed,
                as_json=as_json,
            )
            return
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
