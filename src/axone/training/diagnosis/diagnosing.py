"""All rules, put to one run."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from axone.messages import _
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.evidence import Evidence
from axone.training.diagnosis.findings import Diagnosis, Finding
from axone.training.diagnosis.fit import (
    no_better_than_constant,
    not_learning,
    overfitting,
    underfitting,
)
from axone.training.diagnosis.flow import exploding_gradients, vanishing_gradients
from axone.training.diagnosis.inputs import class_imbalance, unscaled_features, unscaled_target
from axone.training.diagnosis.remedies import LEARNING_RATE, lower_rate
from axone.training.diagnosis.units import dead_units, saturated_units, symmetric_weights

RULES: tuple[Callable[[Case], Finding | None], ...] = (
    symmetric_weights,
    unscaled_features,
    unscaled_target,
    exploding_gradients,
    dead_units,
    saturated_units,
    vanishing_gradients,
    class_imbalance,
    not_learning,
    overfitting,
    underfitting,
    no_better_than_constant,
)
"""Of equally certain findings the one whose rule stands first here comes first."""


def diagnose_evidence(evidence: Evidence) -> Diagnosis:
    """Return all that was found wrong with a run, most certain first."""
    return diagnose_case(Case(evidence))


def diagnose_case(case: Case) -> Diagnosis:
    """Return what was found wrong with a run that is looked at more than once, as it goes."""
    evidence, divergence = case.evidence, case.evidence.divergence
    if not evidence.history.epochs and divergence is None:
        return Diagnosis()
    # Weights that ran away overflow in whatever is computed of them.
    with np.errstate(all="ignore"):
        found = [finding for rule in RULES if (finding := rule(case)) is not None]
        if divergence is not None:
            found.insert(0, _treated(case, divergence, found))
    return Diagnosis(tuple(sorted(found, key=lambda finding: -finding.certainty)))


def _treated(case: Case, divergence: Finding, others: Sequence[Finding]) -> Finding:
    """Return why a run diverged, with the remedy of what drove it there."""
    deeper = [each for each in others if each.code in _DRIVERS]
    if deeper:
        first = max(deeper, key=lambda each: each.certainty)
        return replace(divergence, cause=first.cause, remedy=first.remedy)
    if LEARNING_RATE not in divergence.remedy.changes:
        return divergence
    clipped = _("clip the gradient (clip_norm = 1)")
    return replace(divergence, remedy=lower_rate(case, clipped, training__clip_norm=1.0))


_DRIVERS = ("unscaled_features", "unscaled_target", "exploding_gradients")
