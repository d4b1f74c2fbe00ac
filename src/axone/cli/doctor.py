"""`axone doctor`: a check-up of the data, the network and the rate, before training."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli import options
from axone.cli.console import (
    explained_errors,
    messages,
    output,
    print_json,
    print_wrapped,
    share_bar,
    tell,
)
from axone.messages import _

if TYPE_CHECKING:
    from axone.experiments import Prepared
    from axone.experiments.checkup import CheckUp

_MARKS = {"good": "✓", "look": "!", "wrong": "✗"}


def doctor(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "A dataset's name, a data file or an experiment file, as `axone train` takes it."
            )
        ),
    ],
    target: options.Target = None,
    task: options.Task = None,
    types: options.Types = None,
    missing: options.Missing = None,
    query: options.Query = None,
    sheet: options.Sheet = None,
    data_option: options.DataOption = None,
    preset: options.Preset = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    optimizer: Annotated[
        str | None, typer.Option(help=_("adam, sgd, momentum, … (default adam)."))
    ] = None,
    dropout: options.Dropout = None,
    l2: options.L2 = None,
    seed: options.Seed = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=_("Folder for the picture and doctor.json (default runs/NAME-doctor, or …-2).")
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Run `axone doctor`, as its help tells."""
    with explained_errors():
        from axone.cli.sources import Overrides, describe
        from axone.experiments import new_folder, prepare
        from axone.experiments.checkup import check_up

        overrides = Overrides(
            target=target,
            task=task,
            data_options=data_option or None,
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
        prepared = prepare(describe(source, overrides))
        with share_bar(messages(), shown=not as_json) as bar:
            share = bar.add_task(str(_("looking")), total=1.0)
            found = check_up(prepared, lambda done: bar.update(share, completed=done))
        name = f"{prepared.experiment.name}-doctor"
        with new_folder(Path("runs"), name) if out is None else nullcontext(out) as folder:
            _write(found, prepared, folder)
        if as_json:
            print_json({**found.to_data(), "folder": str(folder)})
            return
        for check in found.checks:
            print_wrapped(output(), f"{_MARKS[check.verdict]} {check.words}", indent=2)
        tell(output(), _("Results: {folder}", folder=folder))


def _write(found: "CheckUp", prepared: "Prepared", folder: Path) -> None:
    """Write what was found, and the picture of the range test."""
    from axone.experiments import locked
    from axone.files import json_text, write_atomically
    from axone.plots import plot_learning_rates, save_figure

    with locked(folder):
        content = json_text(found.to_data(), indent=1) + "\n"
        write_atomically(folder / "doctor.json", content.encode())
        tested = found.range_test
        if tested is not None and len(tested.rates):
            figure = plot_learning_rates(
                tested.rates,
                tested.losses,
                suggestion=tested.suggestion,
                learning_rate=found.learning_rate,
                title=_("{name}: the loss after steps at each rate", name=prepared.dataset.name),
            )
            save_figure(figure, folder / "learning_rate.png")
