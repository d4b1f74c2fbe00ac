"""A run as its diagnosis looks at it: how good it came to be, how it moved, what it looks like.

Everything is computed when a rule first asks for it: of a run that went well little is asked.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data.examples import Examples
from axone.data.scaling import Standard
from axone.engines import Plan, compile_recipe
from axone.errors import ConfigurationError, ShapeError
from axone.metrics import predicted_labels
from axone.network import Network
from axone.parameters import Parameters
from axone.penalties import Clipping
from axone.training.diagnosis.attainable import (
    FEWEST_HELD_OUT,
    FEWEST_ROWS,
    attainable_skill,
    skill_of_answers,
    skill_of_numbers,
)
from axone.training.diagnosis.evidence import Evidence, labels_of, some_rows
from axone.training.diagnosis.treatment import changed_layers
from axone.training.diagnosis.views import View, view_of
from axone.training.history import History
from axone.training.range_test import range_test

_PERFECT = 0.97
"""A skill beyond which nobody asks what others would reach."""

_BEHIND = 0.1
"""Of the attainable skill: so much a network may be behind and be called well."""

_ERRORS = 2.0
"""Standard errors of a difference that may be chance."""

_SPREAD_OF_R2 = 0.35
"""Of the difference of two R² on one row, about: it falls with the root of their number."""

_FITTED = 0.5
"""Of a constant's errors: of a handful of rows a network learns more."""


def standardised(cells: FloatArray) -> FloatArray:
    """Return rows whose numbers have mean 0 and standard deviation 1, column by column."""
    flat = cells.reshape(len(cells), -1).astype(np.float64)
    scaled = Standard().fit(flat).transform(flat, "float64")
    return scaled.reshape(cells.shape).astype(cells.dtype)


_UNMOVED = (
    "train",
    "held_out",
    "class_counts",
    "plan",
    "start",
    "first_loss",
    "majority",
    "attainable",
    "features",
    "target_unscaled",
    "_rates",
)
"""What is known of a case from its rows, its recipe and its first weights."""

_LARGE, _SMALL = 5.0, 0.05
"""Sizes that no standardised feature has: its root mean square is 1."""


@dataclass(frozen=True)
class Features:
    """How large features are.

    Attributes
    ----------
    sizes : array of shape (n_features,)
        √ of the mean of squares.
    spreads : array of shape (n_features,)
        Standard deviations.
    """

    sizes: FloatArray
    spreads: FloatArray

    @classmethod
    def of(cls, rows: FloatArray) -> "Features":
        """Return how large the features of rows of numbers (m, n_features) are."""
        return cls(np.sqrt((rows * rows).mean(axis=0)), rows.std(axis=0))

    @property
    def largest(self) -> float:
        """The size of the largest."""
        return float(self.sizes.max())

    @property
    def unscaled(self) -> bool:
        """Whether they are of a size that scaled ones do not have."""
        return self.largest > _LARGE or 0 < self.largest < _SMALL


@dataclass(frozen=True)
class Case:
    """What the rules of a diagnosis ask about a run.

    Attributes
    ----------
    evidence : Evidence
    """

    evidence: Evidence

    def later(self, evidence: Evidence) -> "Case":
        """Return the same run as it stands now: what does not move with it is not asked again.

        Parameters
        ----------
        evidence : Evidence
            Of a run of the same recipe, from the same weights, on the same rows.
        """
        other = Case(evidence)
        vars(other).update({name: vars(self)[name] for name in _UNMOVED if name in vars(self)})
        return other

    @cached_property
    def train(self) -> Examples:
        """Some of the training rows."""
        return some_rows(self.evidence.train)

    @cached_property
    def held_out(self) -> Examples | None:
        """Some of the rows held out, if there are any."""
        return None if self.evidence.held_out is None else some_rows(self.evidence.held_out)

    @property
    def rows(self) -> int:
        """How many training rows there are."""
        return len(self.evidence.train)

    @cached_property
    def class_counts(self) -> IntArray:
        """Training rows of each class, all of them counted."""
        return np.bincount(labels_of(self.evidence.train.target))

    @property
    def network(self) -> Network:
        """What was trained."""
        return self.evidence.recipe.network

    @property
    def history(self) -> History:
        """What every epoch showed."""
        return self.evidence.history

    @property
    def classes(self) -> bool:
        """Whether the answers are classes, one of several."""
        recipe = self.evidence.recipe
        return recipe.loss.task == "classification" and not self._several_truths

    @property
    def _several_truths(self) -> bool:
        """Whether an example may have several classes at once, each by a sigmoid."""
        target = self.train.target
        whole = np.asarray(target).ndim > 1 and target.shape[-1] > 1
        return (
            self.evidence.recipe.loss.task == "classification"
            and whole
            and (not np.allclose(np.asarray(target[:100]).sum(axis=-1), 1, atol=1e-3))
        )

    @cached_property
    def plan(self) -> Plan:
        """What computes losses and answers."""
        return compile_recipe(self.evidence.recipe, self.evidence.engine, 1).plan

    @cached_property
    def start(self) -> View:
        """The network before its first step."""
        return view_of(self.evidence.recipe, self.evidence.begin, self.train)

    @cached_property
    def finish(self) -> View:
        """The network after its last step."""
        return view_of(self.evidence.recipe, self.evidence.end, self.train)

    @cached_property
    def first_loss(self) -> float:
        """The loss of the weights before the first step, on training rows."""
        return self._evaluated(self.evidence.begin, self.train)[0]

    @cached_property
    def last_loss(self) -> float:
        """The loss of the weights after the last step, on the same rows."""
        return self._evaluated(self.evidence.end, self.train)[0]

    def _evaluated(self, parameters: Parameters, rows: Examples) -> tuple[float, FloatArray]:
        with np.errstate(all="ignore"):
            return self.plan.evaluate(parameters, rows)

    def _answers(self, rows: Examples) -> FloatArray:
        """Return what the run's result answers about `train` or `held_out`, computed once."""
        return self._train_answers if rows is self.train else self._held_out_answers

    @cached_property
    def _train_answers(self) -> FloatArray:
        return self._evaluated(self.evidence.kept, self.train)[1]

    @cached_property
    def _held_out_answers(self) -> FloatArray:
        assert self.held_out is not None  # noqa: S101 — nobody has other rows to ask about
        return self._evaluated(self.evidence.kept, self.held_out)[1]

    def skill_on(self, rows: Examples) -> float:
        """Return the share of a constant's errors that the run's result avoids."""
        answers = self._answers(rows)
        if self.evidence.recipe.loss.task == "classification":
            return skill_of_answers(labels_of(rows.target), predicted_labels(answers))
        # Of several quantiles the target stands there once for each: one of them is the answer.
        one = self.evidence.recipe.loss.answers
        flat = (
            cells.reshape(len(rows), -1)[:, one] for cells in (np.asarray(rows.target), answers)
        )
        return skill_of_numbers(*flat)

    @cached_property
    def train_skill(self) -> float:
        """How much better than a constant the run's result is on training rows."""
        return self.skill_on(self.train)

    @cached_property
    def skill(self) -> float:
        """How much better than a constant the run's result is on rows that it has not seen.

        Those of the epoch that was kept; on training rows where no others were held out, on all
        rows where there is but a handful of others. Of classes the accuracy says it, or the mean of
        their recalls, where that says more: of rare ones.
        """
        held_out, kept = self.held_out, self.evidence.kept_epoch
        if held_out is None:
            return self.train_skill
        if len(held_out) < FEWEST_HELD_OUT:
            # A handful of rows are no judge by themselves.
            train = self.train
            skills = self.train_skill * len(train) + self.skill_on(held_out) * len(held_out)
            return skills / (len(train) + len(held_out))
        scores = {
            name: self.history[f"validation_{name}"][kept - 1]
            for name in ("r2", "accuracy", "recall")
            if kept and f"validation_{name}" in self.history
        }
        if "r2" in scores:
            return scores["r2"]
        if "accuracy" not in scores:
            return self.skill_on(held_out)
        constant = 1 - self.majority
        skill = 1 - (1 - scores["accuracy"]) / constant if constant > 0 else 0.0
        if "recall" in scores:
            chance = 1 / max(2, len(np.unique(labels_of(held_out.target))))
            skill = max(skill, (scores["recall"] - chance) / (1 - chance))
        return skill

    @cached_property
    def labels_and_answers(self) -> tuple[IntArray, IntArray]:
        """The classes of the rows looked at, of all parts, and what the run's result answers."""
        parts = [self.train, *filter(None, [self.held_out])]
        labels = [labels_of(rows.target) for rows in parts]
        answers = [predicted_labels(self._answers(rows)) for rows in parts]
        return np.concatenate(labels), np.concatenate(answers)

    @cached_property
    def majority(self) -> float:
        """The share of the most frequent class in the rows held out, or else in training."""
        rows = self.held_out or self.train
        labels = labels_of(rows.target)
        return float(np.bincount(labels).max() / len(labels))

    @cached_property
    def attainable(self) -> float | None:
        """The skill that other learners reach on these rows; None where nobody can say."""
        task = self.evidence.recipe.loss.task
        if self._several_truths or self.skill >= _PERFECT:
            return None
        return attainable_skill(task, self.train, self.held_out)

    @cached_property
    def judged_by(self) -> int:
        """How many rows there are to judge by: those held out, or else those of training."""
        rows = self.held_out or self.train
        return len(rows)

    @cached_property
    def behind(self) -> bool:
        """Whether the result is worse than these rows allow, as far as they can tell."""
        return self._short_by(_BEHIND / 2, 1.0)

    @cached_property
    def troubled(self) -> bool:
        """Whether it is so much worse that this alone is a failure."""
        return self._short_by(_BEHIND, _ERRORS)

    def _short_by(self, share: float, errors: float) -> bool:
        """Return whether the attainable skill was missed by a share of it, and not by chance."""
        if self.skill >= _PERFECT:
            return False
        if self.attainable is None:
            few = len(self.train) < FEWEST_ROWS
            return self.skill < (_FITTED if few else _BEHIND)
        margin = max(share * self.attainable, errors * self.chance)
        return self.skill < self.attainable - margin

    @property
    def chance(self) -> float:
        """The standard error of a difference of skills, with so many rows to judge by."""
        if not self.classes:
            return float(_SPREAD_OF_R2 / np.sqrt(self.judged_by))
        wrong = min(0.5, (1 - self.majority) * max(0.02, 1 - max(self.skill, 0.0)))
        spread = np.sqrt(2 * wrong * (1 - wrong) / self.judged_by)
        return float(spread / max(1 - self.majority, 1e-9))

    @cached_property
    def moved(self) -> float:
        """How far the weights came, against their length at the beginning."""
        learning = slice(self.evidence.recipe.frozen_size, None)
        begin, end = (
            weights.vector[learning] for weights in (self.evidence.begin, self.evidence.end)
        )
        length = float(np.linalg.norm(begin))
        return float(np.linalg.norm(end - begin)) / max(length, 1e-12)

    @cached_property
    def fallen(self) -> float:
        """Which share of the first training loss is gone; below 0 where it has risen."""
        first = self.first_loss
        if not np.isfinite(first) or first <= 0:
            return 1.0 if np.isfinite(self.last_loss) else 0.0
        return 1 - self.last_loss / first

    @cached_property
    def suggested_rate(self) -> float | None:
        """The learning rate that a range test suggests for the run as it is, if it finds one."""
        return self.rate_after({})

    def network_after(self, changes: Mapping[str, Any]) -> Network | None:
        """Return the network with changes made to its layers; None where they do not fit it."""
        layers = changed_layers(self.network.layers, changes)
        if layers is self.network.layers:
            return self.network
        try:
            return Network(*layers, input_shape=self.network.input_shape)
        except (ShapeError, ConfigurationError):
            return None

    def rate_after(self, changes: Mapping[str, Any]) -> float | None:
        """Return the learning rate that a range test suggests once some settings are changed.

        None where it finds none, and for an optimiser that needs none. Several rules ask for the
        same: each test is made once.
        """
        key = repr(sorted(changes.items()))
        if key not in self._rates:
            self._rates[key] = self._tested_after(changes)
        return self._rates[key]

    @cached_property
    def _rates(self) -> dict[str, float | None]:
        """The rates that were suggested so far, by what was changed."""
        return {}

    def _tested_after(self, changes: Mapping[str, Any]) -> float | None:
        recipe, rows = self.evidence.recipe, self.train
        if not recipe.optimizer.stepwise:
            return None
        network, begin = self.network, self.evidence.begin
        other = self.network_after(changes)
        if other is not None and other is not network:
            network = other
            with warnings.catch_warnings():
                # Of the weights that the run began with it was warned when it began.
                warnings.simplefilter("ignore")
                begin = network.initialize(recipe.seed, recipe.dtype)
        clipping = recipe.clipping
        if "training.clip_norm" in changes:
            clipping = Clipping(clipping.value, changes["training.clip_norm"])
        if "data.scaling" in changes:
            rows = replace(rows, X=standardised(np.asarray(rows.X)))
        if "data.target_scaling" in changes:
            rows = replace(rows, target=standardised(np.asarray(rows.target)))
        frozen = min(recipe.frozen, len(network.layers) - 1)
        tried = replace(recipe, network=network, clipping=clipping, frozen=frozen)
        return range_test(tried, self.evidence.engine, rows, begin).suggestion

    @property
    def learning_rate(self) -> float:
        """The optimiser's."""
        return float(self.evidence.recipe.optimizer.learning_rate)

    @cached_property
    def target_unscaled(self) -> bool:
        """Whether numbers to predict are of a size that scaled ones do not have."""
        if self.evidence.recipe.loss.task == "classification":
            return False
        target = np.asarray(self.train.target, dtype=np.float64)
        size = float(np.sqrt((target * target).mean()))
        return size > _LARGE or 0 < size < _SMALL

    @cached_property
    def features(self) -> Features | None:
        """How large the features are in the training rows; None of tokens, which have no size."""
        X = np.asarray(self.train.X)
        if X.dtype.kind in "iu":
            return None
        flat = X.reshape(len(X), -1).astype(np.float64)
        return Features.of(flat)
