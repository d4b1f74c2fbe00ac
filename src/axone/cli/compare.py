"""`axone compare`: the same network, weights and batches in Axone, scikit-learn and PyTorch."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from axone.cli import options
from axone.cli.console import (
    DIVERGED,
    explained_errors,
    interrupted_status,
    messages,
    print_json,
    tell,
)
from axone.cli.train import result_folder
from axone.messages import _

if TYPE_CHECKING:
    from axone.arrays import DType
    from axone.comparison import Comparison


def compare(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "A dataset's name (iris), a data file (table.csv, rows.npz, table.parquet), or an "
                "experiment file (run.toml, .json, .yaml), as `axone train` takes it."
            )
        ),
    ],
    against: Annotated[
        str, typer.Option(help=_("Whom to compare with, with commas."))
    ] = "sklearn,torch",
    epochs: Annotated[
        int | None,
        typer.Option(help=_("Passes over the training rows (default the file's, at most 10).")),
    ] = None,
    dtype: Annotated[
        str, typer.Option(help=_("float64, where rounding hides nothing, or float32."))
    ] = "float64",
    threads: Annotated[int, typer.Option(help=_("Of each library."))] = 1,
    target: options.Target = None,
    task: options.Task = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    data_option: options.DataOption = None,
    batch_size: options.BatchSize = None,
    lr: options.LearningRate = None,
    preset: options.Preset = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    optimizer: Annotated[
        str | None, typer.Option(help=_("adam, sgd, momentum, rmsprop, adamw, … (default adam)."))
    ] = None,
    dropout: options.Dropout = None,
    l2: options.L2 = None,
    seed: options.Seed = None,
    engine: Annotated[
        str | None, typer.Option(help=_("Which of Axone's engines (default auto)."))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "--output",
            help=_("Result folder (default runs/NAME-comparison, or …-comparison-2, …)."),
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("Print only the summary, as JSON."))
    ] = False,
) -> None:
    """Run `axone compare`, as its help tells."""
    with explained_errors(), ExitStack() as held:
        from axone.cli.comparison_screen import Screen
        from axone.cli.sources import Overrides, describe
        from axone.comparison import compare as run_comparison

        overrides = Overrides(
            target=target,
            task=task,
            data_options=data_option or None,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=lr,
            preset=preset,
            hidden=hidden,
            activation=activation,
            optimizer=optimizer,
            dropout=dropout,
            l2=l2,
            seed=seed,
            engine=engine,
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
        )
        experiment = describe(source, overrides)
        folder = held.enter_context(result_folder(out, f"{experiment.name}-comparison"))
        screen = Screen(shown=not as_json)
        result = run_comparison(
            experiment,
            folder,
            epochs=epochs,
            dtype=cast("DType", dtype),
            against=against.split(","),
            threads=threads,
            on_prepared=screen.on_prepared,
            after_epoch=screen.after_epoch,
        )
        if as_json:
            print_json({**result.to_data(), "folder": str(folder)})
        else:
            screen.on_result(result, folder)
    _exit(result)


def _exit(comparison: "Comparison") -> None:
    done = len(comparison.epochs)
    if comparison.ending == "diverged":
        tell(
            messages(),
            _(
                "Axone's loss was no longer finite in epoch {epoch}: a lower --lr, or scaled "
                "data, would help. `axone train` diagnoses it.",
                epoch=done + 1,
            ),
            style="red",
        )
        raise SystemExit(DIVERGED)
    if comparison.ending == "interrupted":
        tell(messages(), _("Interrupted after epoch {epoch}.", epoch=done))
        raise SystemExit(interrupted_status(comparison.ended_by))
