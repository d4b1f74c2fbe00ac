"""Failures that show in the gradients on their way back: they fade, or they grow."""

from typing import Any

import numpy as np

from axone.messages import _
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.findings import Finding
from axone.training.diagnosis.remedies import USUAL_WEIGHTS, lower_rate, remedy
from axone.training.diagnosis.views import View

_FADED = 1e-3
_GROWN = 1e2
_HUGE = 1e3
_LARGE = 10.0
_TINY = 1e-6


def _ratio(view: View) -> float:
    """Return how the first learning layer is pulled, against the last."""
    learning = view.learning
    if len(learning) < 3:
        return 1.0
    first, last = learning[0].pull, learning[-1].pull
    # Of weights that ran away nothing can be said.
    return first / last if np.isfinite(first) and np.isfinite(last) and last > 0 else 1.0


def vanishing_gradients(case: Case) -> Finding | None:
    """Gradients that fade from layer to layer on their way back."""
    start, finish = _ratio(case.start), _ratio(case.finish)
    ratio, view, epoch = (
        (start, case.start, 0)
        if start < _FADED or start <= finish
        else (finish, case.finish, case.history.epochs)
    )
    learning = view.learning
    if ratio >= _FADED or any(layer.alike for layer in learning[:-1]) or not case.behind:
        return None
    if max(layer.dead for layer in view.layers) >= 1:
        return None  # nothing comes through a dead layer
    first, last = learning[0], learning[-1]
    return Finding(
        "vanishing_gradients",
        _("The gradients vanish on their way back: the first layers hardly learn."),
        _(
            "each of the {layers} layers passes on only a part of what it is handed: flat "
            "activations, or weights too small, in a deep network.",
            layers=len(learning),
        ),
        (
            _(
                "layer {layer} ({kind}): gradient norm {gradient:.3g} against weights of norm "
                "{weights:.3g}, after epoch {epoch}",
                layer=first.position,
                kind=first.kind,
                gradient=first.gradient,
                weights=first.weights,
                epoch=epoch,
            ),
            _(
                "layer {layer} ({kind}): {gradient:.3g} against {weights:.3g}; the first layer is "
                "pulled {ratio:.2g} times as strongly",
                layer=last.position,
                kind=last.kind,
                gradient=last.gradient,
                weights=last.weights,
                ratio=ratio,
            ),
        ),
        remedy(
            case,
            _(
                "activations that are not flat, with their usual weights (activation = relu), and "
                "batch normalisation between the layers (batch_norm = true)"
            ),
            network__activation="relu",
            network__initializer=None,
            network__batch_norm=True,
        ),
        float(np.clip(0.88 + 0.01 * np.log10(_FADED / max(ratio, 1e-30)), 0.88, 0.96)),
        first.position,
        epoch,
    )


def exploding_gradients(case: Case) -> Finding | None:
    """Gradients that grow from layer to layer on their way back, or dwarf the weights."""
    begun = [layer for layer in case.start.learning if layer.weights > _TINY]
    if not begun or (case.features is not None and case.features.unscaled):
        return None
    strongest = max(begun, key=lambda layer: layer.pull)
    usual = max(float(np.abs(np.asarray(case.train.target)).max(initial=1.0)), 1.0)
    from_the_start = strongest.pull > _GROWN * usual and strongest.gradient > _LARGE * usual
    norms, grown = case.evidence.gradient_norms, 1.0
    if len(norms) > 1 and norms.shape[1]:
        totals = np.sqrt((norms**2).sum(axis=1))
        grown = float(totals.max() / totals[0]) if totals[0] > _TINY else 1.0
    if not (from_the_start or grown > _HUGE):
        return None
    if case.evidence.divergence is None and not case.behind:
        return None
    clipped = _("clip the gradient (clip_norm = 1)")
    changes: dict[str, Any] = {"network__initializer": None, "training__clip_norm": 1.0}
    return Finding(
        "exploding_gradients",
        _("The gradients explode: a step overshoots by far what it was to correct."),
        _("the weights that the network began with make every layer larger than the one before.")
        if from_the_start
        else _("each step overshoots and makes the next one larger."),
        (
            _(
                "layer {layer} ({kind}): gradient norm {gradient:.3g} against weights of norm "
                "{weights:.3g}, before the first step",
                layer=strongest.position,
                kind=strongest.kind,
                gradient=strongest.gradient,
                weights=strongest.weights,
            ),
            _("the first loss was {loss:.3g}", loss=case.first_loss),
            _("the norm of the gradient grew {ratio:.3g} times on the way", ratio=grown),
        ),
        remedy(case, USUAL_WEIGHTS, clipped, at_most=10 * case.learning_rate, **changes)
        if from_the_start
        else lower_rate(case, clipped, training__clip_norm=1.0),
        0.93,
        strongest.position,
        0,
    )
