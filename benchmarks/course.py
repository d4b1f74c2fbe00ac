"""The course's own runs: the time it published beside ours, same networks, batches and rules.

Run it with `python -m benchmarks.course`. Rows that the course ran with an activation of its own
use swish here, because its formula is not published; where it gives no stopping rules, those of its
parameter files are assumed (loss tolerance 1e-8, patience 20 on the score, warm-up 20). Targets of
regressions are standardised. It prints a table and writes `benchmarks/COURSE.md`.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axone.experiments import Experiment, run


@dataclass(frozen=True)
class CourseRun:
    """One row of the course's table.

    Attributes
    ----------
    name, source : str
    sizes : tuple of int
        Units of the hidden layers.
    batch_size, epochs : int
    learning_rate : float
    published_seconds : float or None
    published : str
        The result that the course gives, if it gives one.
    adam : bool
        Plain SGD otherwise.
    activation : str
    clip, l2 : float or None
    stopping : dict
        Beyond the course's usual rules; None stands for no rule at all.
    """

    name: str
    source: str
    sizes: tuple[int, ...]
    batch_size: int
    epochs: int
    learning_rate: float
    published_seconds: float | None = None
    published: str = ""
    adam: bool = False
    activation: str = "relu"
    clip: float | None = None
    l2: float = 0.0
    stopping: dict[str, Any] = field(
        default_factory=lambda: {"loss_tolerance": 1e-8, "patience": 20, "warmup_epochs": 20}
    )

    def settings(self, engine: str, seed: int, epochs: int | None) -> dict[str, Any]:
        """Return the run as the data of an experiment: 70/30, no test rows."""
        return {
            "seed": seed,
            "engine": engine,
            "data": {"validation": 0.3, "test": 0.0},
            "network": {"hidden": list(self.sizes), "activation": self.activation},
            "training": {
                "optimizer": {
                    "name": "adam" if self.adam else "sgd",
                    "learning_rate": self.learning_rate,
                },
                "batch_size": self.batch_size,
                "epochs": epochs or self.epochs,
                "clip_norm": self.clip,
                "l2": self.l2,
                "stopping": self.stopping,
            },
        }


_CREDITCARD_RESULT = "loss 0.002984, recall 0.879, F1 0.920"
_LOSS_PATIENCE = {"loss_tolerance": 1e-8, "loss_patience": 20, "warmup_epochs": 20}

RUNS = (
    CourseRun("iris", "iris", (16, 32), 10, 100, 0.05, 0.11),
    CourseRun("breast_cancer", "breast_cancer", (16, 32), 5, 100, 0.001, 0.75),
    CourseRun("digits", "digits", (32, 64), 10, 100, 0.001, 5.70),
    CourseRun("wine", "wine", (32, 64), 5, 100, 0.01, 0.20),
    CourseRun(
        "breast_cancer, custom", "breast_cancer", (32, 64), 5, 300, 0.001, 4.81,
        activation="swish", clip=5, l2=1e-4,
    ),
    CourseRun(
        "wine, custom", "wine", (32, 64), 2, 200, 0.01, 0.61,
        activation="swish", clip=5, l2=0.01,
    ),
    CourseRun(
        "digits, custom", "digits", (512, 256), 5, 2000, 1e-4, 1130.93,
        activation="swish", clip=5,
    ),
    CourseRun("diabetes", "diabetes", (128, 64), 5, 80, 5e-5, 1.74, adam=True, clip=5, l2=0.1),
    CourseRun("weather", "weather_nyc", (32, 16), 20, 500, 1e-4, 98.25, adam=True, clip=5, l2=0.1),
    CourseRun(
        "bike_sharing_hour", "bike_sharing_hour", (256, 128), 64, 300, 5e-5, 334.30,
        adam=True, clip=5, l2=5e-3,
    ),
    CourseRun(
        "california_housing", "california_housing", (256, 128), 20, 1000, 1e-4, 1043.77,
        adam=True, clip=5, l2=1e-3,
    ),
    CourseRun(
        "creditcard, custom", "creditcard", (256, 128), 128, 500, 0.01, 7882, _CREDITCARD_RESULT,
        activation="swish", clip=5, l2=0.01, stopping=_LOSS_PATIENCE,
    ),
    CourseRun(
        "covtype", "covtype", (16, 32), 10, 500, 0.001, None, "accuracy 0.889, loss 0.2948",
        stopping={},
    ),
)  # fmt: skip

_NOTE = (
    "Same networks, batches, optimisers, epochs and rules as published; seconds are those of\n"
    "training. Where the course used an activation of its own (custom), whose formula is not\n"
    "published, swish stands in. Stopping rules that it does not give are assumed: loss tolerance\n"
    "1e-8, patience 20 on the validation score, warm-up 20. Targets of regressions are\n"
    "standardised. Results are those of the validation rows (30 %) at the epoch that is kept;\n"
    "recall and F1 are means over the classes. How many epochs the course's runs made is only\n"
    "known as a maximum: where ours stopped early, the ratio may flatter it."
)

_HEADER = ("run", "epochs", "stopped by", "seconds", "published", "faster", "result", "published")


def measured(course_run: CourseRun, engine: str, seed: int, epochs: int | None) -> list[str]:
    """Carry one run out and return its row of the table."""
    settings = course_run.settings(engine, seed, epochs)
    training = run(Experiment.from_source(course_run.source, settings)).training
    best = training.best_epoch - 1
    names = ("r2",) if "validation_r2" in training.history else ("accuracy", "recall", "f1")
    scores = ", ".join(
        f"{name} {training.history[f'validation_{name}'][best]:.4f}" for name in ("loss", *names)
    )
    published = course_run.published_seconds
    return [
        course_run.name,
        str(training.epochs),
        training.stopped_by,
        f"{training.seconds:.2f}",
        "" if published is None else f"{published:g}",
        "" if published is None else f"{published / training.seconds:.0f}×",
        scores,
        course_run.published,
    ]


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Lay the rows out as a table."""
    lines = [_HEADER, ["---"] * len(_HEADER), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, carry the runs out, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.course")
    parser.add_argument("--only", help="names of runs, with commas", default="")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="at most so many epochs each, for a quick look")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("COURSE.md"))
    options = parser.parse_args(arguments)
    wanted = {name.strip() for name in options.only.split(",") if name.strip()}
    rows = []
    for course_run in RUNS:
        if wanted and course_run.source not in wanted:
            continue
        print(f"{course_run.name} …", file=sys.stderr, flush=True)
        rows.append(measured(course_run, options.engine, options.seed, options.epochs))
        print("  " + ", ".join(rows[-1]), file=sys.stderr, flush=True)
        options.out.write_text(f"# The course's runs\n\n{_NOTE}\n\n{markdown(rows)}", "utf-8")
    print(markdown(rows))


if __name__ == "__main__":
    main()
