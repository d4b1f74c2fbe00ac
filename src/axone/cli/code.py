"""`axone code`: a run as source text, in Axone's Python, scikit-learn, PyTorch, or as a file."""

from pathlib import Path
from typing import Annotated

import typer

from axone.cli import options
from axone.cli.console import echo, explained_errors
from axone.errors import ConfigurationError
from axone.messages import _


def code(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "The folder of a run, an experiment file, a dataset's name, or a data file, as "
                "`axone train` takes it."
            )
        ),
    ],
    target_as: Annotated[
        str,
        typer.Option(
            "--as", metavar="WHAT", help=_("python (Axone's), scikit-learn, pytorch, or toml.")
        ),
    ] = "python",
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help=_("Of pytorch: with Axone's first weights and order of the rows.")
        ),
    ] = False,
    target: options.Target = None,
    task: options.Task = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    data_option: options.DataOption = None,
    epochs: Annotated[
        int | None, typer.Option(help=_("Passes over the training rows, at most."))
    ] = None,
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
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "--output", metavar="FILE", help=_("Write a file instead of printing.")
        ),
    ] = None,
) -> None:
    """Run `axone code`, as its help tells."""
    with explained_errors():
        from axone.cli.models import is_model, is_run, require_no_settings
        from axone.cli.sources import Overrides, describe
        from axone.code import source_of
        from axone.experiments import EXPERIMENT, prepare
        from axone.files import write_atomically

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
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
        )
        if is_run(source):
            require_no_settings(overrides)
            source = str(Path(source) / EXPERIMENT)
        elif is_model(source):
            raise ConfigurationError(
                _(
                    "{source}: a model file holds neither its rows nor how it was trained; the "
                    "folder of its run does.",
                    source=source,
                )
            )
        text = source_of(prepare(describe(source, overrides)), target_as, exact=exact)
        if out is None:
            echo(text, end="")
        else:
            write_atomically(out, text.encode())
            echo(str(out))
