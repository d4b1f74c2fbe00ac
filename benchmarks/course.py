"""The course's own runs, with the times and results that it published beside ours.

`python -m benchmarks.course` carries out every run with the published network, batch, optimiser,
learning rate, clipping, penalty, epochs and stopping rules, and writes `benchmarks/COURSE.md`. What
was not published is assumed, and each assumption is said there.
"""

import argparse
import statistics
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axone.errors import AxoneError
from axone.experiments import Experiment, RunResult, run
from benchmarks.machine import ROOT, library_versions, processor_name

QUICK_EPOCHS = 3
REPEATS, LONG_SECONDS = 5, 2.0
"""How often a run is repeated for the median time, unless one takes longer than so many seconds."""

EXAMPLES = ROOT / "examples"
WIDTH = 100

_SCORES = {"loss": "loss", "accuracy": "acc", "recall_macro": "recall", "f1_macro": "F1"}
_ERRORS = {"mse": "MSE", "mae": "MAE", "r2": "R²"}

_ASSUMED_RULES: Mapping[str, Any] = {"loss_tolerance": 1e-8, "patience": 20, "warmup_epochs": 20}


@dataclass(frozen=True)
class Published:
    """What the course says about a run.

    Attributes
    ----------
    seconds : float, optional
        Of training.
    result : str
        Empty where none is given.
    epochs : int, optional
        How many were done, where that is known.
    """

    seconds: float | None = None
    result: str = ""
    epochs: int | None = None


@dataclass(frozen=True)
class CourseRun:
    """One run of the course.

    Attributes
    ----------
    name : str
        As `--only` knows it; what ends in `_custom` had an activation of the course's own.
    source : str
        A dataset's name, or an example file, which says everything there is to say about a run.
    sizes : str
        Units of every layer, from the features to the outputs.
    published : Published
    training : mapping
        As an experiment file has it; the stopping rules of the course's files unless it has others.
    scores : mapping of str to str
        The metrics to show, and what to call them.
    """

    name: str
    source: str
    sizes: str
    published: Published
    training: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=lambda: {"accuracy": "acc"})

    def experiment(self, *, engine: str, seed: int, epochs: int | None = None) -> Experiment:
        """Describe the run; `epochs`, if given, are the most that it may take."""
        chosen: dict[str, Any] = {"engine": engine, "seed": seed}
        shorter = {} if epochs is None else {"epochs": epochs}
        if self.source.endswith(".toml"):
            return Experiment.from_file(EXAMPLES / self.source, {**chosen, "training": shorter})
        features, *hidden, _ = map(int, self.sizes.split("-"))
        network = {
            "input_size": features,
            "hidden": hidden,
            "activation": "swish" if self.name.endswith("_custom") else "relu",
        }
        settings = {
            **chosen,
            "data": {"validation": 0.3, "test": 0.0, "target_scaling": "standard"},
            "network": network,
            "training": {"stopping": _ASSUMED_RULES, **self.training, **shorter},
        }
        return Experiment.from_source(self.source, settings)


def _sgd(learning_rate: float, batch_size: int, epochs: int, **more: Any) -> dict[str, Any]:
    return _training("sgd", learning_rate, batch_size, epochs, **more)


def _adam(learning_rate: float, batch_size: int, epochs: int, l2: float) -> dict[str, Any]:
    return _training("adam", learning_rate, batch_size, epochs, clip_norm=5.0, l2=l2)


def _training(
    optimizer: str, learning_rate: float, batch_size: int, epochs: int, **more: Any
) -> dict[str, Any]:
    rule = {"name": optimizer, "learning_rate": learning_rate}
    return {"optimizer": rule, "batch_size": batch_size, "epochs": epochs, **more}


_R2 = {"r2": "R²"}
_ENDINGS = {
    "max_epochs": "all",
    "plateau": "score",
    "validation_loss": "loss",
    "loss_tolerance": "tol.",
    "interrupted": "^C",
    "diverged": "NaN",
}
"""What ended a run, in a word that a narrow table has room for."""

_FRAUD_RULES = {"loss_patience": 20, "warmup_epochs": 20}
"""No loss tolerance: two epochs whose losses agree by chance would end the run early."""

RUNS = (
    CourseRun("iris", "iris", "4-16-32-3", Published(0.11), _sgd(0.05, 10, 100)),
    CourseRun("breast_cancer", "breast_cancer", "30-16-32-2", Published(0.75), _sgd(0.001, 5, 100)),
    CourseRun("digits", "digits", "64-32-64-10", Published(5.70), _sgd(0.001, 10, 100)),
    CourseRun("wine", "wine", "13-32-64-3", Published(0.20), _sgd(0.01, 5, 100)),
    CourseRun(
        "breast_cancer_custom",
        "breast_cancer",
        "30-32-64-2",
        Published(4.81),
        _sgd(0.001, 5, 300, clip_norm=5.0, l2=1e-4),
    ),
    CourseRun(
        "wine_custom",
        "wine",
        "13-32-64-3",
        Published(0.61),
        _sgd(0.01, 2, 200, clip_norm=5.0, l2=0.01),
    ),
    CourseRun("diabetes", "diabetes", "10-128-64-1", Published(1.74), _adam(5e-5, 5, 80, 0.1), _R2),
    CourseRun(
        "weather", "weather_nyc", "8-32-16-1", Published(98.25), _adam(1e-4, 20, 500, 0.1), _R2
    ),
    CourseRun(
        "bike_sharing_hour",
        "bike_sharing_hour",
        "17-256-128-2",
        Published(334.30),
        _adam(5e-5, 64, 300, 5e-3),
        _R2,
    ),
    CourseRun(
        "calculator",
        "calculator.toml",
        "2-16-16-16-1",
        Published(None, "MSE 1.69, MAE 1.04, R² 0.999"),
        scores=_ERRORS,
    ),
    CourseRun(
        "california_housing",
        "california_housing",
        "8-256-128-1",
        Published(1043.77),
        _adam(1e-4, 20, 1000, 1e-3),
        _R2,
    ),
    CourseRun(
        "digits_custom",
        "digits",
        "64-512-256-10",
        Published(1130.93),
        _sgd(1e-4, 5, 2000, clip_norm=5.0),
    ),
    CourseRun(
        "handwritten_digits",
        "handwritten_digits.toml",
        "784-40-40-40-40-40-10",
        Published(None, "acc 0.96"),
    ),
    CourseRun(
        "creditcard_custom",
        "creditcard",
        "30-256-128-2",
        Published(7882, "loss 0.002984, recall 0.879, F1 0.920", 153),
        _sgd(0.01, 128, 500, clip_norm=5.0, l2=0.01, stopping=_FRAUD_RULES),
        {name: word for name, word in _SCORES.items() if name != "accuracy"},
    ),
    CourseRun(
        "covtype",
        "covtype",
        "54-16-32-7",
        Published(None, "loss 0.2948, acc 0.889"),
        _sgd(0.001, 10, 500, stopping={}),
        {"loss": "loss", "accuracy": "acc"},
    ),
)
"""From the shortest to the longest, so that most of the table is there soon."""

NOTES = (
    "Seconds are those of training with validation after every epoch, without loading the data; "
    f"the median of {REPEATS} where one takes less than {LONG_SECONDS:g} s. The published ones are "
    "those of the course's machine, which is not known.",
    "*Faster* compares whole runs, which may have stopped after different numbers of epochs. "
    "*Epoch* compares one epoch: as the published run did at most its largest number of epochs, "
    "≥ is the least that the ratio can be; without ≥ the published number is known (creditcard: "
    "153).",
    "Beside the epochs stands what ended the run: *all* were done, no better validation *score* or "
    "*loss* for as long as patience lasts, or the training loss changed by less than the *tol.*",
    "Rows are split 70/30 with no test rows, except in the two projects, whose settings are those "
    "of `examples/`. Features are standardised by the training rows.",
    "Where the course gives no stopping rules, those of its parameter files are assumed: loss "
    "tolerance 1e-8, patience 20 on the validation score (accuracy or R²), warm-up 20. creditcard "
    "has only patience 20 on the validation loss, as published: a tolerance of 1e-8 can end it by "
    "two losses that agree by chance. covtype and the projects do "
    "all their epochs.",
    "covtype misses the published result with this network: its 1,655 weights reach an accuracy of "
    "0.83 at the learning rates tried, while 128 and 64 units pass 0.889 within 100 epochs.",
    "Runs called custom had an activation of the course's own, whose formula is not published: "
    "swish stands in, a smooth one. The others have relu. Clipping is of the gradient's norm.",
    "Regressions learn a standardised target; the course does not say whether it scaled its own. "
    "R² is the mean over the targets in their own units.",
    "Results are those of the validation rows (the projects: of the test rows) at the epoch whose "
    "weights are kept: the best score, or the least validation loss where no rule watches the "
    "score. Recall and F1 are means over the classes.",
)


@dataclass(frozen=True)
class Outcome:
    """A course run carried out.

    Attributes
    ----------
    course_run : CourseRun
    seconds : float
        Of training, the median of the repeats.
    result : RunResult
        Of the last repeat; the seed makes them all alike.
    """

    course_run: CourseRun
    seconds: float
    result: RunResult

    @property
    def epochs(self) -> int:
        """How many were done."""
        return self.result.training.epochs

    @property
    def times_faster(self) -> float | None:
        """Published seconds over ours, of the whole run."""
        published = self.course_run.published.seconds
        return None if published is None else published / self.seconds

    @property
    def times_faster_an_epoch(self) -> float | None:
        """The same of one epoch; a lower bound where the published epochs are a maximum."""
        published = self.course_run.published
        if self.times_faster is None:
            return None
        theirs = published.epochs or self.course_run.training["epochs"]
        return self.times_faster * self.epochs / theirs

    def scores(self) -> str:
        """Return the metrics of the rows that decide, in words."""
        metrics = self.result.metrics
        found = metrics.get("test") or metrics["validation"]
        shown = [f"{word} {found[name]:.4g}" for name, word in self.course_run.scores.items()]
        return ", ".join(shown)


def carry_out(
    experiment: Experiment, on_progress: Callable[[float], None]
) -> tuple[float, RunResult]:
    """Run an experiment, several times if it is short; return the median seconds and the result."""
    result = run(experiment, on_progress=on_progress)
    seconds = [result.training.seconds]
    while seconds[0] < LONG_SECONDS and len(seconds) < REPEATS:
        result = run(experiment)
        seconds.append(result.training.seconds)
    return statistics.median(seconds), result


def times_table(outcomes: Sequence[Outcome]) -> str:
    """Return how long every run took, beside the published time."""
    header = ("run", "network", "epochs", "seconds", "published", "faster", "epoch")
    rows = []
    for outcome in outcomes:
        published = outcome.course_run.published
        least = "" if published.epochs else "≥ "
        rows.append(
            (
                outcome.course_run.name,
                outcome.course_run.sizes,
                f"{outcome.epochs} {_ENDINGS[outcome.result.training.stopped_by]}",
                f"{outcome.seconds:.3g}" if outcome.seconds < 100 else f"{outcome.seconds:.0f}",
                "–" if published.seconds is None else f"{published.seconds:g}",
                _times(outcome.times_faster),
                _times(outcome.times_faster_an_epoch, least),
            )
        )
    return _markdown_table(header, rows)


def results_table(outcomes: Sequence[Outcome]) -> str:
    """Return what every run reached, beside the published result."""
    rows = [
        (
            outcome.course_run.name,
            str(outcome.result.training.best_epoch),
            outcome.scores(),
            outcome.course_run.published.result or "–",
        )
        for outcome in outcomes
    ]
    return _markdown_table(("run", "epoch kept", "result", "published"), rows)


def settings_table(outcomes: Sequence[Outcome]) -> str:
    """Return with what every run was trained."""
    rows = []
    for outcome in outcomes:
        training = outcome.result.prepared.experiment.settings.training
        optimizer: Any = training.optimizer
        rows.append(
            (
                outcome.course_run.name,
                str(training.batch_size),
                f"{type(optimizer).__name__.lower()} {optimizer.learning_rate:g}",
                str(training.epochs),
                "–" if training.clip_norm is None else f"{training.clip_norm:g}",
                f"{training.l2:g}" if training.l2 else "–",
            )
        )
    return _markdown_table(("run", "batch", "optimiser", "epochs ≤", "clip", "L2"), rows)


def report(outcomes: Sequence[Outcome], *, seed: int, quick: bool) -> str:
    """Return the whole of COURSE.md."""
    engines = sorted({outcome.result.training.engine for outcome in outcomes})
    versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
    machine = f"{processor_name()}; engine {', '.join(engines)}; seed {seed}; {versions}."
    notes = "\n".join(
        textwrap.fill(f"- {note}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        for note in (machine, *NOTES)
    )
    title = "# The course's runs" + (f", {QUICK_EPOCHS} epochs at most" if quick else "")
    parts = [title, "Written by `python -m benchmarks.course`.", times_table(outcomes)]
    parts += [results_table(outcomes), settings_table(outcomes), notes]
    return "\n\n".join(parts) + "\n"


def _times(ratio: float | None, prefix: str = "") -> str:
    if ratio is None:
        return "–"
    return f"{prefix}{ratio:.1f}×" if ratio < 10 else f"{prefix}{ratio:.0f}×"


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in (header, rule, *rows)
    )


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; what is unknown ends the program with what is allowed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.course", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(RUNS), metavar="A,B")
    parser.add_argument("--engine", choices=("auto", "native", "reference"), default="auto")
    parser.add_argument("--seed", type=int, default=42, help="default 42, as in the course's files")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_EPOCHS} epochs at most")
    parser.add_argument(
        "--out", type=Path, help="default: benchmarks/COURSE.md for all runs in full, else none"
    )
    chosen = parser.parse_args(arguments)
    if chosen.out is None and not chosen.quick and len(chosen.only) == len(RUNS):
        chosen.out = ROOT / "benchmarks" / "COURSE.md"
    return chosen


def _names(text: str) -> list[CourseRun]:
    """Return the runs that "a,b" names."""
    known = {course_run.name: course_run for course_run in RUNS}
    for name in text.split(","):
        if name not in known:
            raise argparse.ArgumentTypeError(f"unknown run {name!r}; there are {', '.join(known)}")
    return [course_run for name, course_run in known.items() if name in text.split(",")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry the chosen runs out; the file is written anew after each."""
    chosen = parse_arguments(arguments)
    outcomes: list[Outcome] = []
    failed = False
    for course_run in chosen.only:
        print(f"{course_run.name} …", file=sys.stderr, flush=True)
        try:
            experiment = course_run.experiment(
                engine=chosen.engine,
                seed=chosen.seed,
                epochs=QUICK_EPOCHS if chosen.quick else None,
            )
            seconds, result = carry_out(experiment, _show_progress)
        except AxoneError as error:
            # The other runs need not go without their row.
            print(f"{course_run.name} is left out: {error}", file=sys.stderr)
            failed = True
            continue
        outcomes.append(Outcome(course_run, seconds, result))
        print(f"  {seconds:.3g} s, {outcomes[-1].scores()}", file=sys.stderr, flush=True)
        if chosen.out is not None:
            text = report(outcomes, seed=chosen.seed, quick=chosen.quick)
            chosen.out.write_text(text, encoding="utf-8")
    if outcomes:
        print(f"{times_table(outcomes)}\n\n{results_table(outcomes)}")
    return int(failed)


def _show_progress(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%}", end="\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
