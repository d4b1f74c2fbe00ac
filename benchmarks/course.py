"""The course's own runs, with the times and results that it published beside ours.

`python -m benchmarks.course` carries out every run with the published network, batch, optimiser,
learning rate, clipping, penalty, epochs and stopping rules, and writes `benchmarks/COURSE.md`. What
was not published is assumed, and each assumption is said there.
"""

import argparse
import statistics
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axone.errors import AxoneError
from axone.experiments import Experiment, RunResult, run
from benchmarks.course_runs import RUNS, CourseRun
from benchmarks.machine import ROOT, library_versions, processor_name

QUICK_EPOCHS = 3
REPEATS, LONG_SECONDS = 5, 2.0
"""How often a run is repeated for the median time, unless one takes longer than so many seconds."""

WIDTH = 100

_ENDINGS = {
    "max_epochs": "all",
    "plateau": "score",
    "validation_loss": "loss",
    "loss_tolerance": "tol.",
    "interrupted": "^C",
    "diverged": "NaN",
}
"""What ended a run, in a word that a narrow table has room for."""

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
