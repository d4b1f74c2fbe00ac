"""Failures that come in with the data: features of very different size, classes of few rows."""

from typing import NamedTuple

import numpy as np

from axone.layers import BatchNorm, LayerNorm
from axone.messages import _
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.findings import Finding, Remedy
from axone.training.diagnosis.remedies import scaling

_NEARLY = (0.01, 20.0)
"""Sizes that are not those of scaled features, and seldom do harm."""

_RARE = 0.3
"""Of an equal share: a class with fewer rows is rare."""

_RECALLED = 0.2
_FEWEST_RARE = 3


def unscaled_features(case: Case) -> Finding | None:
    """Features of a size that scaled ones do not have, where the run suffered from it."""
    features = case.features
    if features is None or not features.unscaled:
        return None
    if isinstance(case.network.layers[0], (BatchNorm, LayerNorm)):
        return None
    if case.evidence.divergence is None and not case.behind:
        return None
    feature = int(features.sizes.argmax())
    spreads = features.spreads
    return Finding(
        "unscaled_features",
        _("The features are not scaled: some are so large that they drown the others.")
        if features.largest > 1
        else _("The features are not scaled: they are so small that the network hardly sees them."),
        _(
            "features that are not scaled make the gradients of the first layer huge, or its units "
            "flat."
        )
        if features.largest > 1
        else _("the first layer would need huge weights, and its gradients are tiny."),
        (
            _(
                "feature {feature} has a root mean square of {largest:.3g}; of a standardised one "
                "it is 1",
                feature=feature,
                largest=features.largest,
            ),
            _(
                "standard deviations of the features lie between {low:.3g} and {high:.3g}",
                low=float(spreads.min()),
                high=float(spreads.max()),
            ),
        ),
        scaling(case),
        0.97 if not _NEARLY[0] < features.largest < _NEARLY[1] else 0.7,
        0,
        0,
    )


def unscaled_target(case: Case) -> Finding | None:
    """Numbers to predict of a size that scaled ones do not have, where the run suffered from it."""
    if not case.target_unscaled or not (case.evidence.divergence is not None or case.behind):
        return None
    target = np.asarray(case.train.target, dtype=np.float64)
    return Finding(
        "unscaled_target",
        _("The numbers to predict are not scaled."),
        _("the last layer has a long way to go to them, and their squares make gradients huge."),
        (
            _(
                "their mean is {mean:.3g} and their standard deviation {spread:.3g}; of "
                "standardised ones 0 and 1",
                mean=float(target.mean()),
                spread=float(target.std()),
            ),
        ),
        scaling(case),
        0.96,
        None,
        0,
    )


def class_imbalance(case: Case) -> Finding | None:
    """A rare class that is hardly ever answered."""
    neglected = rare_class(case)
    if neglected is None or neglected.recall > _RECALLED:
        return None
    counts = case.class_counts
    common = int(counts.argmax())
    _labels, answers = case.labels_and_answers
    return Finding(
        "class_imbalance",
        _("A rare class is hardly ever answered."),
        FEW_ROWS,
        (
            _(
                "class {number} has {share:.2%} of the training rows, and {recall:.0%} of its rows "
                "are recognised",
                number=neglected.number,
                share=float(counts[neglected.number] / counts.sum()),
                recall=neglected.recall,
            ),
            _(
                "class {number} has {share:.2%} of them, and {answered:.2%} of the answers",
                number=common,
                share=float(counts[common] / counts.sum()),
                answered=float((answers == common).mean()),
            ),
        ),
        ALIKE,
        0.85,
        None,
        case.history.epochs,
    )


class RareClass(NamedTuple):
    """The rare class that is recognised least: its number, and the share of its rows that are."""

    number: int
    recall: float


def rare_class(case: Case) -> RareClass | None:
    """Return the rare class that is recognised least; None without one, or where rows weigh."""
    if not case.classes or case.train.weight is not None:
        return None
    shares = case.class_counts / case.class_counts.sum()
    present = np.flatnonzero(shares)
    rare = [int(n) for n in present if shares[n] < _RARE / len(present)]
    if not rare:
        return None
    labels, answers = case.labels_and_answers
    recalls = {
        n: float((answers[labels == n] == n).mean())
        for n in rare
        if (labels == n).sum() >= _FEWEST_RARE
    }
    if not recalls:
        return None
    worst = min(recalls, key=lambda n: recalls[n])
    return RareClass(worst, recalls[worst])


FEW_ROWS = _("it has so few rows that the loss is small without it.")
ALIKE = Remedy(
    _("let all classes count alike (class_weight = balanced)."),
    {"training.class_weight": "balanced"},
)
