"""The runs of the course: the files that describe them, and what the course published of each.

A run is exactly its file in `examples`: nothing is added to it here but the seed, the engine and
fewer epochs where the command line asks for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from axone.experiments import Experiment
from benchmarks.machine import ROOT

EXAMPLES = ROOT / "examples"

_ACCURACY = {"accuracy": "acc"}
_LOSS_AND_ACCURACY = {"loss": "loss", "accuracy": "acc"}
_FRAUD = {"loss": "loss", "recall_macro": "recall", "f1_macro": "F1"}
_ERRORS = {"mse": "MSE", "mae": "MAE", "r2": "R²"}
_R2 = {"r2": "R²"}

_OWN_UNITS = {"data": {"target_scaling": "none"}}
_NO_TOLERANCE = {"training": {"stopping": {"loss_tolerance": None}}}


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
    file : str
        Below `examples`.
    published : Published
    scores : mapping of str to str
        The metrics to show, and what to call them.
    changes : mapping
        Settings laid over the file, for the runs that show what a rule of ours changes.
    """

    name: str
    file: str
    published: Published
    scores: Mapping[str, str] = field(default_factory=lambda: _ACCURACY)
    changes: Mapping[str, Any] = field(default_factory=dict)

    def experiment(
        self, *, engine: str = "auto", seed: int | None = None, epochs: int | None = None
    ) -> Experiment:
        """Describe the run; `epochs`, if given, are the most that it may take."""
        chosen: dict[str, Any] = {"engine": engine, **self.changes}
        if seed is not None:
            chosen["seed"] = seed
        if epochs is not None:
            chosen["training"] = {**chosen.get("training", {}), "epochs": epochs}
        return Experiment.from_file(EXAMPLES / self.file, chosen)


def _course(name: str, *published: Any, **more: Any) -> CourseRun:
    return CourseRun(name, f"course/{name}.json", Published(*published), **more)


def _without_tolerance(run: CourseRun) -> CourseRun:
    """Return a run that two losses which agree by chance do not end."""
    return replace(run, name=f"{run.name}_no_tolerance", changes=_NO_TOLERANCE)


def _in_own_units(run: CourseRun) -> CourseRun:
    """Return a regression that learns its target as the course does, unscaled."""
    return replace(run, name=f"{run.name}_own_units", changes=_OWN_UNITS)


_DIABETES = _course("diabetes", 1.74, scores=_R2)
_WEATHER = _course("weather", 98.25, scores=_R2)
_BIKES = _course("bike_sharing_hour", 334.30, scores=_R2)
_HOUSES = _course("california_housing", 1043.77, scores=_R2)
# Printed twice, as 7882 s and as 6779 s: the shorter time is the one to be compared with.
_FRAUDS = _course(
    "creditcard_custom", 6779, "loss 0.002984, recall 0.879, F1 0.920", 153, scores=_FRAUD
)

RUNS = (
    _course("iris", 0.11),
    _course("breast_cancer", 0.75),
    _course("digits", 5.70),
    _course("wine", 0.20),
    _course("breast_cancer_custom", 4.81),
    _course("wine_custom", 0.61),
    _DIABETES,
    _in_own_units(_DIABETES),
    _WEATHER,
    _in_own_units(_WEATHER),
    CourseRun(
        "calculator",
        "calculator.toml",
        Published(None, "MSE 1.69, MAE 1.04, R² 0.999"),
        _ERRORS,
    ),
    CourseRun("handwritten_digits", "handwritten_digits.toml", Published(None, "acc 0.96")),
    _BIKES,
    _in_own_units(_BIKES),
    _HOUSES,
    _in_own_units(_HOUSES),
    _course("digits_custom", 1130.93),
    _FRAUDS,
    _course("covtype", None, "loss 0.2948, acc 0.889", scores=_LOSS_AND_ACCURACY),
    _course("covtype_wider", None, "loss 0.2948, acc 0.889", scores=_LOSS_AND_ACCURACY),
    _without_tolerance(_FRAUDS),
)
"""From the shortest to the longest, so that most of the table is there soon."""
