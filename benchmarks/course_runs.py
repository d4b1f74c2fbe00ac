"""The runs of the course, as data: what it published of each, and the experiment that this makes.

What was not published is assumed; `benchmarks.course`, which carries the runs out, says what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from axone.experiments import Experiment
from benchmarks.machine import ROOT

EXAMPLES = ROOT / "examples"

_SCORES = {"loss": "loss", "accuracy": "acc", "recall_macro": "recall", "f1_macro": "F1"}
_ERRORS = {"mse": "MSE", "mae": "MAE", "r2": "R²"}
_R2 = {"r2": "R²"}

_ASSUMED_RULES: Mapping[str, Any] = {"loss_tolerance": 1e-8, "patience": 20, "warmup_epochs": 20}

_FRAUD_RULES = {"loss_patience": 20, "warmup_epochs": 20}
"""No loss tolerance: two epochs whose losses agree by chance would end the run early."""


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
