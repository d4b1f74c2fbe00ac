"""The course's own runs, with the times and results that it published beside ours.

`python -m benchmarks.course` carries out exactly the files of `examples/course`, which hold the
published network, batch, optimiser, learning rate, clipping, penalty, epochs and stopping rules of
each run, and the two projects of `examples`; it writes `benchmarks/COURSE.md`.
"""

import argparse
import math
import statistics
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from axone.errors import AxoneError
from axone.experiments import Experiment, Prepared, RunResult, run
from axone.layers import Dense
from axone.network import Network
from axone.registry import name_of, plain
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

WANTED = 20.0
"""How many times faster than published a run is to be; where it is not, the report says so."""

NOTES = (
    "Seconds are those of training with validation after every epoch, without loading the data; "
    f"the median of {REPEATS} where one takes less than {LONG_SECONDS:g} s. The published ones are "
    "those of the course's machine, which is not known. creditcard's is printed twice, as 7882 s "
    "and as 6779 s: it is compared with the shorter.",
    "*Faster* compares whole runs, which may have stopped after different numbers of epochs. "
    "*Epoch* compares one epoch: as the published run did at most its largest number of epochs, "
    "≥ is the least that the ratio can be; without ≥ the published number is known (creditcard: "
    "153).",
    "Beside the epochs stands what ended the run: *all* were done, no better validation *score* or "
    "*loss* for as long as patience lasts, or the training loss changed by less than the *tol.* "
    "(1e-8 for classes, 1e-7 for numbers). The rules are the published ones, all off during the "
    "warm-up. The tolerance ends creditcard_custom by chance, at two epochs whose losses agree to "
    "1e-10 on their way down, in float64 as in float32; creditcard_custom_no_tolerance is the same "
    "file without it.",
    "Rows are split 70/30 with no test rows, except in the two projects, whose settings are those "
    "of `examples`. Features are standardised by the training rows.",
    "One rule of scaling holds for the target of every regression, in these runs, in course files "
    "and in experiment files: it is standardised by the training rows, unless the file says "
    "otherwise (the calculator divides by 200, as the course does). Learning rate, clipping and "
    "loss tolerance then mean the same whatever the unit. The course learns targets in their own "
    "units: the rows that say so show what that changes, the same file with `TARGET_SCALING` "
    '"none". R² is the mean over the targets, in their own units either way.',
    "The published covtype figure cannot be this network's: 54-16-32-7, with 1,655 weights, ends "
    "near 0.835 with any optimiser tried. covtype_wider has 64 units in place of 16, everything "
    "else alike, and passes 0.889.",
    "Runs called custom had an activation of the course's own, whose formula is not published: "
    "swish stands in, as `CUSTOM_FUNCTION` in their files says. Clipping is of the gradient's "
    "norm.",
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
        training = self.result.prepared.experiment.settings.training
        return self.times_faster * self.epochs / (published.epochs or training.epochs)

    @property
    def sizes(self) -> str:
        """The units of every layer, from the features to the outputs: "4-16-32-3"."""
        network = self.result.prepared.network
        units = [layer.units for layer in network.layers if isinstance(layer, Dense)]
        return "-".join(map(str, [math.prod(network.input_shape), *units]))

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
                outcome.sizes,
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
        settings = outcome.result.prepared.experiment.settings
        training, optimizer = settings.training, cast(Any, settings.training.optimizer)
        rows.append(
            (
                outcome.course_run.name,
                str(training.batch_size),
                f"{type(optimizer).__name__.lower()} {optimizer.learning_rate:g}",
                str(training.epochs),
                _patience(training.stopping),
                "–" if training.clip_norm is None else f"{training.clip_norm:g}",
                f"{training.l2:g}" if training.l2 else "–",
                _hidden_activation(outcome.result.prepared.network),
                _target(outcome.result.prepared),
            )
        )
    header = ("run", "batch", "optimiser", "epochs ≤", "patience / warm-up", "clip", "L2")
    return _markdown_table((*header, "hidden", "target"), rows)


def _patience(rules: Any) -> str:
    """Return the patience of a run as the course prints it: "100 / 10, loss 15"."""
    if rules.patience is None and rules.loss_patience is None:
        return "–"
    score = "–" if rules.patience is None else str(rules.patience)
    loss = "" if rules.loss_patience is None else f", loss {rules.loss_patience}"
    return f"{score} / {rules.warmup_epochs}{loss}"


def _hidden_activation(network: Network) -> str:
    return name_of(next(layer for layer in network.layers if isinstance(layer, Dense)).function)


def _target(prepared: Prepared) -> str:
    """Return how a run learns its target."""
    if prepared.dataset.task == "classification":
        return "classes"
    scaling = plain(prepared.experiment.settings.data.target_scaling)
    if isinstance(scaling, str):
        return {"none": "own units"}.get(scaling, scaling)
    return " ".join(v if isinstance(v, str) else f"{v:g}" for v in scaling.values())


def slow_ones(outcomes: Sequence[Outcome]) -> str:
    """Say of which runs a ratio is below the wanted one, and which ratio."""
    found = []
    for outcome in outcomes:
        whole, epoch = outcome.times_faster, outcome.times_faster_an_epoch
        if whole is None or epoch is None:
            continue
        least = "" if outcome.course_run.published.epochs else "≥ "
        ratios = [("the whole run", whole, ""), ("an epoch", epoch, least)]
        below = [f"{what} {_times(r, prefix)}" for what, r, prefix in ratios if r < WANTED]
        if below:
            found.append(f"{outcome.course_run.name} ({', '.join(below)})")
    if not found:
        return f"No ratio is below {WANTED:g}."
    return (
        f"Below {WANTED:g} are: {'; '.join(found)}. A ratio of an epoch with ≥ takes the published "
        "run to have done all its epochs: if its rules ended it sooner, as they ended ours, it is "
        "larger."
    )


def report(outcomes: Sequence[Outcome], *, seed: int | None, quick: bool) -> str:
    """Return the whole of COURSE.md."""
    engines = sorted({outcome.result.training.engine for outcome in outcomes})
    versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
    seeds = "the files' own seeds" if seed is None else f"seed {seed}"
    machine = f"{processor_name()}; engine {', '.join(engines)}; {seeds}; {versions}."
    notes = "\n".join(
        textwrap.fill(f"- {note}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
        for note in (machine, slow_ones(outcomes), *NOTES)
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
    parser.add_argument("--seed", type=int, help="default: those of the files, 42")
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
