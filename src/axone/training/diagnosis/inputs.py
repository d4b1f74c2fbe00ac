"""Failures that come in with the data: features of very different size, classes of few rows."""

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

_RECALLED = 0.1
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
    target = np.asarray(case.evidence.train.target, dtype=np.float64)
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
        0.92,
        None,
        0,
    )


def class_imbalance(case: Case) -> Finding | None:
    """A rare class that is hardly ever answered."""
    counts = case.evidence.class_counts
    if not case.classes or counts is None or len(counts) < 2:
        return None
    shares = counts / counts.sum()
    present = np.flatnonzero(counts)
    rare = [n for n in present if shares[n] < _RARE / len(present)]
    if not rare or case.evidence.train.weight is not None:
        return None
    labels, answers = case.labels_and_answers
    of_class = {
        n: (answers[labels == n] == n).mean() for n in rare if (labels == n).sum() >= _FEWEST_RARE
    }
    if not of_class:
        return None
    worst = min(of_class, key=lambda n: of_class[n])
    if of_class[worst] > _RECALLED:
        return None
    common = int(counts.argmax())
    return Finding(
        "class_imbalance",
        _("A rare class is hardly ever answered."),
        _("it has so few rows that the loss is small without it."),
        (
            _(
                "class {number} has {share:.2%} of the training rows, and {recall:.0%} of its rows "
                "are recognised",
                number=int(worst),
                share=float(shares[worst]),
                recall=float(of_class[worst]),
            ),
            _(
                "class {number} has {share:.2%} of them, and {answered:.2%} of the answers",
                number=common,
                share=float(shares[common]),
                answered=float((answers == common).mean()),
            ),
        ),
        Remedy(
            _("let all classes count alike (class_weight = balanced)."),
            {"training.class_weight": "balanced"},
        ),
        0.85,
        None,
        case.history.epochs,
    )
