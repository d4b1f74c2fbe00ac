"""`axone train`: a dataset's name, a data file or an experiment file in, a result folder out."""

import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from axone.arrays import Shape
from axone.cli import epochs, options
from axone.cli.console import (
    DIVERGED,
    explained_errors,
    interrupted_status,
    messages,
    metrics_table,
    output,
    print_json,
    print_wrapped,
)
from axone.cli.sources import Overrides, describe
from axone.errors import ConfigurationError
from axone.experiments import (
    EXPERIMENT,
    Description,
    Experiment,
    Prepared,
    RunResult,
    extended,
    new_folder,
    run,
)
from axone.experiments.folder import CHECKPOINT
from axone.experiments.training import stopping_rules
from axone.registry import plain
from axone.training import History, StoppingRule


def train(
    source: Annotated[
        str,
        typer.Argument(
            help="A dataset's name (iris), a data file (table.csv, rows.npz, table.parquet), or an "
            "experiment file (run.toml, .json, .yaml). With --resume, a result folder."
        ),
    ],
    target: options.Target = None,
    task: options.Task = None,
    epochs_: Annotated[
        int | None,
        typer.Option("--epochs", help="Passes over the training rows, at most (default 100)."),
    ] = None,
    batch_size: options.BatchSize = None,
    lr: options.LearningRate = None,
    hidden: options.Hidden = None,
    activation: options.Activation = None,
    optimizer: Annotated[
        str | None,
        typer.Option(help="adam, sgd, momentum, rmsprop, adamw, lbfgs, … (default adam)."),
    ] = None,
    dropout: options.Dropout = None,
    l2: options.L2 = None,
    class_weight: Annotated[
        str | None,
        typer.Option(help="balanced: all classes count alike, however many rows they have."),
    ] = None,
    label_smoothing: Annotated[
        float | None,
        typer.Option(help="How far training targets are moved from certainty (default 0)."),
    ] = None,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate",
            help="Make the probabilities honest, by a temperature found on the validation rows.",
        ),
    ] = False,
    seed: options.Seed = None,
    engine: Annotated[
        str | None, typer.Option(help="Which engine computes (default auto).")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Of the compiled engine (default: as many as are faster).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Result folder (default runs/NAME, or runs/NAME-2, …).")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue a stopped or killed run, to the same bits.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print only the metrics, as JSON.")
    ] = False,
) -> None:
    """Train a network and write a folder with the model, its history, metrics and pictures.

    axone train iris --seed 42
    axone train table.csv --target price --hidden 64,32 --epochs 200
    axone train experiment.toml --out runs/first
    axone train runs/first --resume

    Ctrl-C and SIGTERM stop after the batch in hand and save.
    Exit status: 0 done, 2 bad input or settings, 3 diverged,
    130 interrupted, 143 by SIGTERM (continue with --resume).
    """
    overrides = Overrides(
        target=target,
        task=task,
        epochs=epochs_,
        batch_size=batch_size,
        learning_rate=lr,
        hidden=hidden,
        activation=activation,
        optimizer=optimizer,
        dropout=dropout,
        l2=l2,
        class_weight=class_weight,
        label_smoothing=label_smoothing,
        calibrate="temperature" if calibrate else None,
        seed=seed,
        engine=engine,
        threads=threads,
    )
    with explained_errors(), ExitStack() as held:
        experiment: Description
        if resume:
            folder = _folder_to_resume(source, out, overrides)
            experiment = extended(Experiment.from_file(folder / EXPERIMENT), overrides.epochs)
        else:
            experiment = describe(source, overrides)
            folder = held.enter_context(result_folder(out, experiment.name))
        resumed = resume and (folder / CHECKPOINT).exists()
        screen = Screen(shown=not (quiet or as_json), resumed=resumed)
        with screen:
            result = run(
                experiment,
                folder,
                resume=resume,
                on_prepared=screen.on_prepared,
                after_epoch=screen.after_epoch,
                on_progress=screen.on_progress,
            )
        if as_json:
            print_json({**result.metrics, "folder": str(folder)})
        elif not quiet:
            screen.on_result(result)
    _exit(result, quiet)


def _exit(result: RunResult, quiet: bool) -> None:
    training = result.training
    if training.stopped_by == "diverged":
        messages().print(str(training.diagnosis), style="red", markup=False)
        raise SystemExit(DIVERGED)
    if training.stopped_by == "interrupted":
        if not quiet:
            messages().print(f"Continue with: axone train {result.folder} --resume", markup=False)
        raise SystemExit(interrupted_status(result.ended_by))


def _folder_to_resume(source: str, out: Path | None, overrides: Overrides) -> Path:
    folder = out if out is not None else Path(source)
    if not (folder / EXPERIMENT).is_file():
        raise ConfigurationError(
            f"{folder} is not the folder of a run: it holds no {EXPERIMENT}. "
            "Name the folder: axone train runs/NAME --resume."
        )
    changed = [option for option in overrides.given().values() if option != "--epochs"]
    if changed:
        raise ConfigurationError(
            f"A resumed run keeps its settings; only --epochs may change, not {changed[0]}."
        )
    return folder


def result_folder(out: Path | None, name: str) -> AbstractContextManager[Path]:
    """Return the folder asked for, or make a new one of that name below `runs`."""
    return new_folder(Path("runs"), name) if out is None else nullcontext(out)


@dataclass
class Screen:
    """What a person watching sees: the plan, the epochs as they pass, the outcome."""

    shown: bool
    resumed: bool = False
    console: Console = field(default_factory=output)
    rules: list[StoppingRule] = field(default_factory=list)
    warmup: int = 0
    max_epochs: int = 0
    last_line: str = ""
    header_shown: bool = False

    def __enter__(self) -> "Screen":
        # Where both streams end on one terminal they must share one console, or lines would mix.
        both = sys.stdout.isatty() and sys.stderr.isatty()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            console=self.console if both else messages(),
            transient=True,
            disable=not self.shown or not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task("Loading the data", total=None)
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def on_prepared(self, prepared: Prepared) -> None:
        """Say what will be done."""
        training = prepared.experiment.settings.training
        assert training.stopping is not None  # noqa: S101 — resolved by prepare
        self.rules = stopping_rules(training.stopping)
        self.warmup, self.max_epochs = training.stopping.warmup_epochs, training.epochs
        self._progress.update(self._task, description=f"Epoch 0/{self.max_epochs}", total=1.0)
        if self.shown:
            for text in plan(prepared):
                print_wrapped(self.console, text)
            if self.resumed:
                self.console.print("Resumed from the checkpoint.")
            self.console.print()

    def after_epoch(self, history: History) -> None:
        """Print the epoch's line if it is one of those shown."""
        self._progress.update(self._task, description=f"Epoch {history.epochs}/{self.max_epochs}")
        self.on_progress(history.epochs / self.max_epochs)
        if not self.shown:
            return
        width = self.console.width
        if not self.header_shown:
            self.console.print(epochs.header(history, self.rules, width), style="bold")
            self.header_shown = True
        self.last_line = epochs.line(history, self.rules, self.warmup, width)
        if epochs.is_shown(history.epochs):
            self.console.print(self.last_line, markup=False)
            self.last_line = ""

    def on_progress(self, share: float) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=share)

    def on_result(self, result: RunResult) -> None:
        """Print the last epoch, why the run ended, and the metrics."""
        training = result.training
        if self.last_line:
            self.console.print(self.last_line, markup=False)
        self.console.print()
        self.console.print(
            f"Stopped after epoch {training.epochs}: {training.reason}.", markup=False
        )
        self.console.print(
            f"Weights of epoch {training.best_epoch}; {training.steps:,} steps in "
            f"{training.seconds:.2f} s ({training.engine} engine).",
            markup=False,
        )
        parts: dict[str, dict[str, Any]] = {
            name: result.metrics[name] for name in result.prepared.parts
        }
        self.console.print()
        self.console.print(metrics_table(parts))
        self.console.print()
        for text in [*calibration_lines(result.metrics), *result.metrics.get("notes", ())]:
            self.console.print(text, markup=False)
        self.console.print(f"Results: {result.folder}", markup=False)


def calibration_lines(metrics: dict[str, Any]) -> list[str]:
    """Say what calibration changed on the rows that it has not seen, if there are any."""
    if "calibration" not in metrics:
        return []
    scores = dict(metrics["calibration"])
    temperature = scores["temperature"]
    if temperature == 1:
        return ["Temperature 1: the probabilities stay as they are."]
    name = "test" if "test" in scores else "validation"
    changes = [
        f"{word} {scores[name][f'{key}_before']:.4g} → {scores[name][f'{key}_after']:.4g}"
        for key, word in (("log_loss", "log loss"), ("calibration_error", "calibration error"))
    ]
    return [f"Temperature {temperature:.4g}: {', '.join(changes)} ({name})."]


def plan(prepared: Prepared) -> list[str]:
    """Describe the data, the network and the training in a few lines."""
    settings = prepared.experiment.settings
    dataset, network, training = prepared.dataset, prepared.network, settings.training
    what = (
        f"{len(dataset.class_names)} classes"
        if dataset.task == "classification"
        else f"regression of {', '.join(dataset.target_names) or dataset.target_name or 'y'}"
    )
    parts = ", ".join(f"{len(part):,} {name}" for name, part in prepared.parts.items())
    layers = " → ".join(
        [_size(network.input_shape)]
        + [f"{row.title} {_size(row.output_shape)}" for row in network.summary().rows]
    )
    optimizer = plain(training.optimizer)
    name = optimizer if isinstance(optimizer, str) else optimizer["name"]
    rate = training.optimizer.learning_rate if training.optimizer.stepwise else None
    return [
        f"Data      {dataset.name}: {what}",
        f"Rows      {parts}",
        f"Network   {layers}",
        f"          {network.parameter_count:,} parameters",
        f"Training  {name}{f' {rate:g}' if rate else ''}, batches of {training.batch_size}, "
        f"at most {training.epochs} epochs, seed {settings.seed}",
        *(f"Note      {note}" for note in prepared.notes),
    ]


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))
