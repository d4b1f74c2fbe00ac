"""A run that is built to fail in some way, or to go well, and what its diagnosis makes of it."""

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from axone.experiments import Experiment, RunResult
from axone.experiments.remedies import treated
from axone.experiments.schema import DataSection, NetworkSection, TrainingSection
from axone.layers import Activation, Dense, Dropout, Flatten, Layer, Recurrent, Reshape
from axone.registry import name_of

HEALTHY = ""
"""The kind of a run in which nothing is to be found."""

ALIKE = 0.01
"""Accuracies that differ by less are called alike."""


@dataclass(frozen=True)
class Rows:
    """Rows that a program draws, under a name for the tables."""

    name: str
    draw: Callable[[], Any]


@dataclass(frozen=True)
class Scenario:
    """A run, and what its diagnosis should say.

    Attributes
    ----------
    kind : str
        The code of the failure that it is built to have, or `HEALTHY`.
    data : str or Rows
        A dataset by name, or rows in memory.
    wrong : str
        What was done wrong, in words.
    settings : mapping
        As in an experiment file.
    file : Path or None
        The file that describes the run, under the settings.
    """

    kind: str
    data: str | Rows
    wrong: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    @property
    def data_name(self) -> str:
        """What the tables call its rows."""
        return self.data if isinstance(self.data, str) else self.data.name

    def experiment(self) -> Experiment:
        """Describe the run."""
        if self.file is not None:
            return Experiment.from_file(self.file, self.settings)
        if isinstance(self.data, str):
            return Experiment.from_source(self.data, self.settings)
        return Experiment.in_memory(self.settings)

    def rows(self) -> Any:
        """Draw the rows in memory; None where a dataset is named."""
        return None if isinstance(self.data, str) else self.data.draw()


@dataclass(frozen=True)
class Outcome:
    """What came of a scenario.

    Attributes
    ----------
    scenario : Scenario
    network : str
    codes : tuple of str
        Those of the findings, in their order.
    before, after : mapping of str to float
        The metrics of the rows that decide; `after` with the first finding's remedy, empty where it
        names no setting.
    remedy : mapping
        The settings that it changes.
    seconds, diagnosis_seconds : float
        Of training, and of the diagnosis.
    """

    scenario: Scenario
    network: str
    codes: tuple[str, ...]
    before: Mapping[str, float]
    after: Mapping[str, float]
    remedy: Mapping[str, Any]
    seconds: float
    diagnosis_seconds: float

    @property
    def named(self) -> bool:
        """Whether the kind of failure is among the findings."""
        return self.scenario.kind in self.codes

    @property
    def named_first(self) -> bool:
        """Whether it is the first of them."""
        return self.codes[:1] == (self.scenario.kind,)

    @property
    def helped(self) -> bool:
        """Whether the remedy led to a better metric, or of alike accuracies to a lower log loss."""
        if not self.after:
            return False
        if self.tied:
            return self.after["log_loss"] < self.before["log_loss"]
        return self.after[self.metric] > self.before[self.metric]

    @property
    def tied(self) -> bool:
        """Whether accuracies with and without the remedy are so near that they say nothing."""
        if self.metric != "accuracy" or not self.after:
            return False
        return abs(self.after["accuracy"] - self.before["accuracy"]) < ALIKE

    @property
    def metric(self) -> str:
        """The name of the metric that says how good the run is."""
        if "accuracy" not in self.before:
            return "r2"
        return "recall_macro" if self.scenario.kind == "class_imbalance" else "accuracy"


def scenario(kind: str, data: str | Rows, wrong: str = "", **settings: Any) -> Scenario:
    """Return a scenario whose settings are named without their section: ``epochs=3``."""
    nested: dict[str, Any] = {}
    for name, value in settings.items():
        section = _SECTIONS.get(name)
        (nested if section is None else nested.setdefault(section, {}))[name] = value
    return Scenario(kind, data, wrong, nested)


_SECTIONS = {
    name: section
    for section, schema in (
        ("data", DataSection),
        ("network", NetworkSection),
        ("training", TrainingSection),
    )
    for name in schema.model_fields
}
"""Where each setting of an experiment file stands."""


def carry_out(scenario: Scenario) -> Outcome:
    """Train, diagnose, apply the first finding's remedy, and train again."""
    experiment, rows = scenario.experiment(), scenario.rows()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scores without predicted rows, where a run failed
        result = experiment.run(dataset=rows)
        started = time.perf_counter()
        diagnosis = result.training.diagnosis
        seconds = time.perf_counter() - started
        remedy = dict(diagnosis[0].remedy.changes) if diagnosis else {}
        after: Mapping[str, float] = {}
        if remedy:
            after = scores_of(treated(result.prepared.experiment, remedy).run(dataset=rows))
    return Outcome(
        scenario,
        network_of(result.prepared.network.layers, result.prepared.network.input_shape),
        tuple(diagnosis.codes),
        scores_of(result),
        after,
        remedy,
        result.training.seconds,
        seconds,
    )


def scores_of(result: RunResult) -> dict[str, float]:
    """Return the metrics of the rows that the run has not seen, or else of training."""
    scores = next(
        result.metrics[part] for part in ("test", "validation", "train") if part in result.metrics
    )
    # What is not finite is written as None.
    return {
        name: -np.inf if scores.get(name) is None else float(scores[name])
        for name in ("accuracy", "recall_macro", "r2")
        if name in scores
    } | {"log_loss": np.inf if scores.get("log_loss") is None else float(scores["log_loss"])}


def network_of(layers: Any, input_shape: Any) -> str:
    """Return a network in a few signs: "4-16-32-3 relu", "8×8 conv2d 8, dense 10"."""
    features = "×".join(map(str, input_shape))
    shown = [each for each in layers if not isinstance(each, (Flatten, Reshape))]
    dense = [layer for layer in shown if isinstance(layer, Dense)]
    others = [_word(layer) for layer in shown if not isinstance(layer, Dense)]
    hidden = name_of(dense[0].function) if len(dense) > 1 else ""
    if all(isinstance(layer, (Dense, Dropout, Activation)) or _is_norm(layer) for layer in shown):
        sizes = "-".join([features, *_runs([str(layer.units) for layer in dense])])
        extra = sorted({word for word in others if not word.startswith("activation")})
        return " ".join(filter(None, [sizes, hidden, *extra]))
    return ", ".join([features, *_runs([_word(layer) for layer in shown])])


def _is_norm(layer: Layer) -> bool:
    return name_of(layer) in {"batch_norm", "layer_norm"}


def _word(layer: Layer) -> str:
    """Return a layer in a word or two."""
    size = next(
        (getattr(layer, name) for name in ("units", "channels", "rate") if hasattr(layer, name)), ""
    )
    if isinstance(layer, Recurrent):
        return f"{name_of(layer.cell)} {layer.cell.units}"
    return f"{name_of(layer)} {size}".strip()


def _runs(words: list[str]) -> list[str]:
    """Shorten equal neighbours: 32, 32, 32 is 3·32."""
    found: list[tuple[str, int]] = []
    for word in words:
        if found and found[-1][0] == word:
            found[-1] = word, found[-1][1] + 1
        else:
            found.append((word, 1))
    return [word if count == 1 else f"{count}·{word}" for word, count in found]
