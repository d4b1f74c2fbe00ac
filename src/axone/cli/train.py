"""`axone train`: a dataset's name, a data file or an experiment file in, a result folder out."""

from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli import options
from axone.cli.console import (
    DIVERGED,
    explained_errors,
    interrupted_status,
    messages,
    output,
    print_json,
    tell,
)
from axone.errors import ConfigurationError
from axone.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from axone.cli.screen import Screen
    from axone.cli.sources import Overrides
    from axone.experiments import Description, Experiment, Prepared, RunResult


def train(
    source: Annotated[
        str,
        typer.Argument(
            help=_(
                "A dataset's name (iris), a data file (table.csv, .xlsx, .parquet, rows.npz, …), - "
                "for standard input, a database's URL, or an experiment file (run.toml, .json, "
                ".yaml). With --resume, a result folder."
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
    epochs_: Annotated[
        int | None,
        typer.Option("--epochs", help=_("Passes over the training rows, at most (default 100).")),
    ] = None,
    batch_size: options.BatchSize = None,
    lr: Annotated[
        str | None,
        typer.Option(
            help=_("Learning rate (default 0.001 for adam); auto: what a range test suggests.")
        ),
    ] = None,
    quantiles: options.Quantiles = None,
    preset: options.Preset = None,
    start_from: options.StartFrom = None,
    freeze: options.Frozen = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    optimizer: Annotated[
        str | None,
        typer.Option(help=_("adam, sgd, momentum, rmsprop, adamw, lbfgs, … (default adam).")),
    ] = None,
    dropout: options.Dropout = None,
    l2: options.L2 = None,
    class_weight: Annotated[
        str | None,
        typer.Option(help=_("balanced: all classes count alike, however many rows they have.")),
    ] = None,
    label_smoothing: Annotated[
        float | None,
        typer.Option(help=_("How far training targets are moved from certainty (default 0).")),
    ] = None,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate",
            help=_("Make probabilities or quantiles honest, by what the validation rows show."),
        ),
    ] = False,
    seed: options.Seed = None,
    engine: Annotated[
        str | None, typer.Option(help=_("Which engine computes (default auto)."))
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help=_("Of the compiled engine (default: as many as are faster)."))
    ] = None,
    cv: Annotated[
        int | None,
        typer.Option(
            help=_(
                "Also score every row by cross-validation with so many folds; the model kept is "
                "that of the run itself, on all rows but those that decide when to stop."
            )
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            help=_(
                "Run so often, under the seed and those that follow: a folder each, and how far "
                "the scores lie apart."
            )
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Result folder (default runs/NAME, or runs/NAME-2, …)."))
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help=_("Continue a stopped or killed run, to the same bits.")),
    ] = False,
    apply_remedy: Annotated[
        int | None,
        typer.Option(
            "--apply-remedy",
            metavar="N",
            help=_(
                "Of a result folder: run it again, in another folder, with the remedy of its "
                "finding number N (axone diagnose)."
            ),
        ),
    ] = None,
    trace_first_epoch: Annotated[
        bool,
        typer.Option(
            "--trace-first-epoch",
            help=_("Print every step of the first epoch, with every number, before training."),
        ),
    ] = False,
    no_pictures: Annotated[
        bool, typer.Option("--no-pictures", help=_("Draw nothing into the folder."))
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_("Print nothing."))] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("Print only the metrics, as JSON."))
    ] = False,
) -> None:
    """Run `axone train`, as its help tells."""
    with explained_errors(), ExitStack() as held:
        from axone.cli import several
        from axone.cli.screen import Screen
        from axone.cli.sources import AUTO, Overrides, describe, learning_rate_of
        from axone.experiments import EXPERIMENT, Experiment, extended, run
        from axone.experiments.cross_validation import of_all_rows
        from axone.experiments.diagnosing import came_to_an_end
        from axone.experiments.drawing import draw_by_another_process as draw
        from axone.experiments.folder import CHECKPOINT

        overrides = Overrides(
            target=target,
            task=task,
            data_options=data_option or None,
            epochs=epochs_,
            batch_size=batch_size,
            learning_rate=None if lr in (None, AUTO) else learning_rate_of(lr),
            quantiles=quantiles,
            preset=preset,
            start_from=start_from,
            frozen=freeze,
            hidden=hidden,
            activation=activation,
            optimizer=optimizer,
            dropout=dropout,
            l2=l2,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            calibrate="auto" if calibrate else None,
            seed=seed,
            engine=engine,
            threads=threads,
            types=types or None,
            missing=missing or None,
            query=query,
            sheet=sheet,
        )
        experiment: Description
        several.require_one_kind(cv, repeats, resume)
        if trace_first_epoch:
            _require_traceable(resume or repeats is not None, quiet or as_json)
        shown = not (quiet or as_json)
        if apply_remedy is not None:
            _require_single(resume or repeats is not None or cv is not None or lr is not None)
        if resume:
            folder = _folder_to_resume(source, out, overrides)
            experiment = extended(Experiment.from_file(folder / EXPERIMENT), overrides.epochs)
        elif apply_remedy is not None:
            experiment, folder = _treated(source, apply_remedy, overrides, out, held)
        else:
            experiment = describe(source, overrides)
            if lr == AUTO:
                experiment = _at_suggested_rate(experiment, shown=shown)
            folder = held.enter_context(result_folder(out, experiment.name))
        if repeats is not None:
            several.repeat_runs(experiment, repeats, folder, shown=shown, as_json=as_json)
            return
        if cv is not None:
            experiment = of_all_rows(experiment)
        resumed = resume and (folder / CHECKPOINT).exists()
        screen = Screen(shown=shown, resumed=resumed)
        drawing: list[object] = []
        with screen:
            result = run(
                experiment,
                folder,
                resume=resume,
                before_writing=lambda prepared: several.require_folds(prepared, cv),
                on_prepared=_traced(screen) if trace_first_epoch else screen.on_prepared,
                after_epoch=screen.after_epoch,
                on_progress=screen.on_progress,
                draw=_draw_nothing if no_pictures else lambda *run: drawing.append(draw(*run)),
            )
        if shown:
            screen.on_result(result)
            if any(drawing):
                tell(screen.console, _("Its pictures follow in a moment."))
        ended_well = result.training.stopped_by not in ("diverged", "interrupted")
        folds = several.validate_by_folds(experiment, cv, result, shown) if ended_well else None
        if as_json:
            training = result.training
            found = training.diagnosis.to_data() if came_to_an_end(training) else []
            print_json({**result.metrics, "diagnosis": found, "folder": str(folder)})
    _exit(result, quiet)
    if folds is not None and folds.interrupted:
        several.exit_interrupted(folds, folder, quiet)


def _draw_nothing(*_run: object) -> None:
    """Draw no pictures."""


def _require_single(more: bool) -> None:
    """Refuse a remedy beside what would change the run that it is for."""
    if more:
        raise ConfigurationError(
            _(
                "--apply-remedy runs a run again with one change: leave --lr, --resume, --cv and "
                "--repeats out."
            )
        )


def _at_suggested_rate(experiment: "Experiment", *, shown: bool) -> "Experiment":
    """Return the experiment with the learning rate that a range test suggests, and say it."""
    from axone.cli.sources import with_learning_rate
    from axone.experiments import prepare
    from axone.experiments.checkup import rates_tried
    from axone.experiments.training import build_trainer, learnt_rows

    prepared = prepare(experiment)
    trainer = build_trainer(prepared)
    tested = rates_tried(trainer, trainer.examples(learnt_rows(prepared, "train")))
    if tested is None:
        raise ConfigurationError(_("--lr: L-BFGS finds the length of its steps itself."))
    if tested.suggestion is None:
        raise ConfigurationError(
            _(
                "--lr auto: at no learning rate did the loss fall. `axone doctor` tells more; "
                "else give a rate."
            )
        )
    if shown:
        tell(
            output(),
            _("A range test suggests a learning rate of {rate:.2g}.", rate=tested.suggestion),
        )
    return with_learning_rate(experiment, tested.suggestion)


def _treated(
    source: str, number: int, overrides: "Overrides", out: Path | None, held: ExitStack
) -> "tuple[Experiment, Path]":
    """Return a run's experiment with a remedy applied, and the folder for it."""
    from axone.cli.models import require_no_settings
    from axone.experiments import diagnosis_of, load_run, new_folder
    from axone.experiments.remedies import finding_to_treat, treated

    before = Path(source)
    experiment, _model = load_run(before)
    require_no_settings(overrides)
    finding = finding_to_treat(diagnosis_of(before), number)
    folder = held.enter_context(new_folder(before.parent, before.name)) if out is None else out
    return replace(treated(experiment, finding.remedy.changes), name=before.name), folder


def _require_traceable(another: bool, silent: bool) -> None:
    """Refuse to print the steps of a run that is not one from its beginning, or silent."""
    if another or silent:
        raise ConfigurationError(
            _(
                "--trace-first-epoch prints the first epoch of a single run: leave --resume, "
                "--repeats, --quiet and --json out."
            )
        )


def _traced(screen: "Screen") -> "Callable[[Prepared], None]":
    """Return what tells of the plan, and then of every step of the first epoch."""

    def on_prepared(prepared: "Prepared") -> None:
        from axone.cli.tracing import print_first_epoch

        screen.on_prepared(prepared)
        print_first_epoch(prepared, screen.console)

    return on_prepared


def _exit(result: "RunResult", quiet: bool) -> None:
    from axone.cli.diagnose import show_diagnosis

    training = result.training
    if training.stopped_by == "diverged":
        show_diagnosis(messages(), training.diagnosis, result.folder)
        raise SystemExit(DIVERGED)
    if training.stopped_by == "interrupted":
        if not quiet:
            tell(
                messages(),
                _("Continue with: axone train {folder} --resume", folder=result.folder),
            )
        raise SystemExit(interrupted_status(result.ended_by))


def _folder_to_resume(source: str, out: Path | None, overrides: "Overrides") -> Path:
    from axone.cli.models import is_run
    from axone.experiments import EXPERIMENT

    folder = out if out is not None else Path(source)
    if not is_run(folder):
        raise ConfigurationError(
            _(
                "{folder} is not the folder of a run: it holds no {file}. Name the folder: axone "
                "train runs/NAME --resume.",
                folder=folder,
                file=EXPERIMENT,
            )
        )
    changed = [option for option in overrides.given().values() if option != "--epochs"]
    if changed:
        raise ConfigurationError(
            _(
                "A resumed run keeps its settings; only --epochs may change, not {option}.",
                option=changed[0],
            )
        )
    return folder


def result_folder(out: Path | None, name: str) -> AbstractContextManager[Path]:
    """Return the folder asked for, or make a new one of that name below `runs`."""
    from axone.experiments import new_folder

    return new_folder(Path("runs"), name) if out is None else nullcontext(out)
