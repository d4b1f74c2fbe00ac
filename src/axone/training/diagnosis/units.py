"""Failures that show in the units: all alike, dead, saturated."""

from typing import Any

from axone.messages import _
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.findings import Finding, Remedy
from axone.training.diagnosis.remedies import USUAL_WEIGHTS, lower_rate, remedy, scaling
from axone.training.diagnosis.views import LayerView, View

_DEAD, _MANY_DEAD, _ALL_DEAD = 0.4, 0.6, 0.9
_SATURATED = 0.6


def symmetric_weights(case: Case) -> Finding | None:
    """Units of a hidden layer that began alike and are alike still."""
    hidden = case.network.layout.learning[:-1]
    before, after = case.start.layers, case.finish.layers
    alike = [after[n] for n in hidden if before[n].alike and after[n].alike]
    if not alike:
        return None
    layer = alike[0]
    return Finding(
        "symmetric_weights",
        _("All units of a hidden layer compute the same."),
        _(
            "they began with the same weights, so every step moves them alike: the layer learns no "
            "more than a single unit."
        ),
        (
            _(
                "layer {layer} ({kind}): all of its units have the same weights, before the first "
                "step and after the last",
                layer=layer.position,
                kind=layer.kind,
            ),
        ),
        remedy(case, USUAL_WEIGHTS, network__initializer=None),
        0.98,
        layer.position,
        0,
    )


def dead_units(case: Case) -> Finding | None:
    """ReLU units that are 0 on every row, and so learn no more."""
    layer = max(case.finish.layers, key=lambda each: each.dead, default=None)
    if layer is None or layer.dead < _DEAD or not case.behind:
        return None
    if layer.dead < _MANY_DEAD and not case.troubled:
        return None
    before = case.start.layers[layer.position].dead
    evidence = [
        _(
            "layer {layer} ({kind}): {share:.0%} of its units are 0 on every row looked at, after "
            "the last step",
            layer=layer.position,
            kind=layer.kind,
            share=layer.dead,
        ),
        _("before the first step they were {share:.0%}", share=before),
    ]
    from_the_start = before > layer.dead / 2
    return Finding(
        "dead_units",
        _("Units of a ReLU layer are dead: they give 0 for every row and learn nothing."),
        _("the weights that it began with keep its sums below 0.")
        if from_the_start
        else _(
            "steps too large pushed its sums below 0 on every row, where the slope is 0 (learning "
            "rate {rate:g}).",
            rate=case.learning_rate,
        ),
        tuple(evidence),
        _alive(case, from_the_start),
        0.95 if layer.dead >= _ALL_DEAD else 0.6 + 0.3 * layer.dead,
        layer.position,
        _when(case, layer),
    )


def _alive(case: Case, from_the_start: bool) -> Remedy:
    words = _("a ReLU that never is flat (activation = leaky_relu), with its usual weights")
    changes: dict[str, Any] = {
        "network__activation": "leaky_relu",
        "network__initializer": None,
    }
    treat = remedy if from_the_start else lower_rate
    return treat(case, words, **changes)


def _when(case: Case, layer: LayerView) -> int:
    """Return the first epoch at whose end half of the dead share was there."""
    table = case.evidence.dead_shares
    if not table.size:
        return case.history.epochs
    column = table[:, layer.position]
    reached = (column >= layer.dead / 2).nonzero()[0]
    missing = case.history.epochs - len(column)
    return missing + (int(reached[0]) + 1 if len(reached) else len(column))


def saturated_units(case: Case) -> Finding | None:
    """Sigmoid or tanh units at their flat ends, from the start or driven there."""
    start, finish = _most_saturated(case.start), _most_saturated(case.finish)
    worst, epoch = (start, 0) if start.saturated >= _SATURATED else (finish, case.history.epochs)
    if worst.saturated < _SATURATED or not case.behind:
        return None
    unscaled = case.features is not None and case.features.unscaled
    evidence = (
        _(
            "layer {layer} ({kind}): {share:.0%} of what its units give lies at a flat end, after "
            "epoch {epoch}",
            layer=worst.position,
            kind=worst.kind,
            share=worst.saturated,
            epoch=epoch,
        ),
    )
    if epoch == 0 and unscaled:
        cause = _("features that are not scaled make its sums huge.")
        cure = scaling(case)
    elif epoch == 0:
        cause = _("the weights that it began with are too large.")
        cure = remedy(case, USUAL_WEIGHTS, network__initializer=None)
    else:
        cause = _(
            "steps too large drove its sums far from 0 (learning rate {rate:g}).",
            rate=case.learning_rate,
        )
        cure = lower_rate(case)
    return Finding(
        "saturated_units",
        _("Units are saturated: they give nearly the same whatever comes in, and hardly learn."),
        cause,
        evidence,
        cure,
        0.6 + 0.35 * worst.saturated,
        worst.position,
        epoch,
    )


def _most_saturated(view: View) -> LayerView:
    return max(view.layers, key=lambda layer: layer.saturated)
