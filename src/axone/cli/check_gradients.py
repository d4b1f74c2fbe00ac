"""`axone check-gradients`: whether the gradient that a network learns from is its loss's slope."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from axone.cli import options
from axone.cli.console import echo, explained_errors, output, print_json, share_bar
from axone.messages import _

if TYPE_CHECKING:
    from axone.cli.sources import Overrides
    from axone.data import Examples
    from axone.experiments import Prepared
    from axone.losses import Loss
    from axone.network import Network
    from axone.parameters import Parameters

WRONG = 1
"""The exit status of a gradient that is wrong."""


class _Subject(NamedTuple):
    """What is checked: a network, where its weights stand, and on which rows."""

    network: "Network"
    loss: "Loss"
    parameters: "Parameters"
    examples: "Examples"
    l1: float = 0.0
    l2: float = 0.0
    seed: int = 0


def check_gradients(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "A dataset's name (iris), a data file, an experiment file, as `axone train` takes "
                "it; or a result folder or .safetensors model, at its trained weights."
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
    loss: Annotated[
        str | None,
        typer.Option(help=_("mse, mae, huber, … (default what the task calls for).")),
    ] = None,
    preset: options.Preset = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    dropout: options.Dropout = None,
    l2: options.L2 = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help=_("Of a result folder: at first weights, not trained ones.")),
    ] = False,
    rows: Annotated[
        int | None,
        typer.Option(help=_("Training rows of the batch, drawn (default 8, fewer if slow).")),
    ] = None,
    entries: Annotated[
        int | None,
        typer.Option(help=_("Of a tensor that are looked at (default 40, fewer if slow).")),
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help=_("reference or native (default both)."))
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help=_("Draws weights, rows, entries, dropout masks (default 0).")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Run `axone check-gradients`, as its help tells."""
    with explained_errors():
        from axone.checks import check_choice, check_integer
        from axone.cli.sources import Overrides
        from axone.explanation import check_gradients as check
        from axone.explanation.gradient_check import ENGINES

        for option, number in (("--rows", rows), ("--entries", entries)):
            if number is not None:
                check_integer(option, number, at_least=1)
        if engine is not None:
            check_choice("--engine", engine, ENGINES)
        overrides = Overrides(
            target=target,
            task=task,
            data_options=data_option or None,
            loss=loss,
            preset=preset,
            hidden=hidden,
            activation=activation,
            dropout=dropout,
            l2=l2,
            seed=seed,
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
        )
        subject = _subject(source, overrides, rows, fresh=fresh)
        examples = subject.examples
        with share_bar(output(), shown=not as_json) as bar:
            share = bar.add_task(str(_("checking")), total=1.0)
            found = check(
                subject.network,
                subject.parameters,
                examples.X,
                examples.target,
                sample_weight=examples.weight,
                mask=examples.mask,
                loss=subject.loss,
                l1=subject.l1,
                l2=subject.l2,
                engines=ENGINES if engine is None else (engine,),
                entries=entries,
                seed=subject.seed,
                on_progress=lambda done: bar.update(share, completed=done),
            )
        if as_json:
            print_json(found.to_data())
        else:
            echo(str(found))
    if found.verdict == "wrong":
        raise SystemExit(WRONG)


def _subject(source: str, overrides: "Overrides", rows: int | None, *, fresh: bool) -> _Subject:
    """Return what SOURCE and the options ask to be checked.

    Raises
    ------
    ConfigurationError
        Options that would change a network which is trained already.
    """
    from axone.cli.models import is_model, is_run, require_no_settings
    from axone.cli.sources import describe
    from axone.experiments import load_run, prepare

    path = Path(source)
    if is_model(source):
        require_no_settings(overrides, but=["--seed"])
        if not is_run(source):
            return _of_model(path, overrides.seed or 0, rows, fresh=fresh)
        experiment, model = load_run(path)
        prepared = prepare(experiment)
        trained = None if fresh else model.parameters
        seed = experiment.settings.seed if overrides.seed is None else overrides.seed
        return _of_prepared(prepared, trained, seed, rows)
    prepared = prepare(describe(source, overrides))
    return _of_prepared(prepared, None, prepared.experiment.settings.seed, rows)


def _of_model(path: Path, seed: int, rows: int | None, *, fresh: bool) -> _Subject:
    """A model file holds no rows: they are drawn at random."""
    from axone.data import Examples
    from axone.explanation.gradient_check import some_examples, some_targets, usual_rows
    from axone.model import load

    model = load(path)
    network = model.network
    parameters = network.initialize(seed, "float64") if fresh else model.parameters
    count = rows or usual_rows(network)
    X, y = some_examples(network, count, seed), some_targets(network, model.loss, count, seed)
    return _Subject(network, model.loss, parameters, Examples(X, y), seed=seed)


def _of_prepared(
    prepared: "Prepared", trained: "Parameters | None", seed: int, rows: int | None
) -> _Subject:
    """Some of the training rows, with the weights and penalties that they are learnt with."""
    import numpy as np

    from axone.experiments.training import learnt_rows
    from axone.explanation.gradient_check import usual_rows
    from axone.random import SAMPLE, RandomStream

    network, training = prepared.network, prepared.experiment.settings.training
    learnt = learnt_rows(prepared, "train")
    count = usual_rows(network) if rows is None else rows
    drawn = RandomStream.from_seed(seed).child(SAMPLE).permutation(len(learnt))[:count]
    parameters = trained or prepared.initial or network.initialize(seed, "float64")
    return _Subject(
        network,
        prepared.loss,
        parameters,
        learnt.rows(np.sort(drawn)),
        training.l1,
        training.l2,
        seed,
    )
