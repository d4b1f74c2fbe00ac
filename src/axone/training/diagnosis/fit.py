"""Failures that show in the course of the losses: nothing learnt, too little, or by heart."""

from typing import Any

import numpy as np

from axone.layers import Dense, Dropout
from axone.messages import _
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.findings import Finding, Remedy
from axone.training.diagnosis.inputs import ALIKE, FEW_ROWS, rare_class
from axone.training.diagnosis.remedies import LEARNING_RATE, at_rate, lower_rate, remedy

_STOOD = 0.05
"""A smaller share of the first loss gone is called standing still."""

_HALF = 0.5
"""Of the first loss: where more is gone the network has learnt something, if not enough."""

_UNMOVED = 0.01
_STIRRED = 0.3
"""Of their length: weights that came less far were hardly moved."""

_LITTLE, _MUCH = 0.15, 0.95
"""Of a constant's errors on training rows: to avoid so few is to have learnt next to nothing."""

_NEAR = 0.05
"""Of the attainable skill: who has it on training rows does not underfit."""

_RISEN = 1.3
_GAP, _WIDE_GAP = 0.3, 0.5
_NOTHING = 0.03

_HELD_BACK = 30
"""Times the usual decay, where there is nothing to be learnt: it leaves next to a constant."""


def not_learning(case: Case) -> Finding | None:
    """A loss that does not fall."""
    learnt = case.train_skill
    stood = case.fallen < _STOOD or (case.fallen < _HALF and learnt < _LITTLE)
    if case.evidence.divergence is not None or not stood:
        return None
    # Of weights that hardly moved no learner need say that they could do better.
    unmoved = case.moved < _UNMOVED and case.skill < _MUCH
    if not (case.troubled or unmoved) or _penalty_rules(case):
        return None
    suggestion = case.suggested_rate
    evidence = [
        _(
            "the training loss went from {first:.4g} to {last:.4g}",
            first=case.first_loss,
            last=case.last_loss,
        ),
        _("the weights moved by {moved:.2g} of their length", moved=case.moved),
    ]
    if suggestion is not None:
        evidence.append(
            _(
                "a learning-rate range test suggests {suggestion:.2g}; the run had {rate:.2g}",
                suggestion=suggestion,
                rate=case.learning_rate,
            )
        )
    certainty = 0.8
    if suggestion is not None and suggestion > 2 * case.learning_rate and case.moved < _STIRRED:
        cause = _("the learning rate {rate:g} is too low.", rate=case.learning_rate)
        cure = Remedy(_("{rate}.", rate=at_rate(suggestion)), {LEARNING_RATE: suggestion})
    elif case.moved > _STIRRED and suggestion is not None and suggestion < case.learning_rate / 2:
        cause = _("the learning rate {rate:g} is too high.", rate=case.learning_rate)
        cure = lower_rate(case)
    elif case.fallen >= _STOOD or not case.troubled:
        return None
    else:
        certainty = 0.55
        cause = _("the network, its first weights or its steps do not suit these rows.")
        cure = remedy(
            case,
            _("relu units with their usual weights, more of them, and more epochs"),
            network__initializer=None,
            network__activation="relu",
            network__hidden=wider(case),
            training__epochs=longer(case),
        )
    return Finding(
        "not_learning",
        _("The training loss does not fall: the network learns next to nothing."),
        cause,
        tuple(evidence),
        cure,
        certainty,
        None,
        case.history.epochs,
    )


def underfitting(case: Case) -> Finding | None:
    """A network that is as poor on the rows it learns from as on others."""
    learnt, new = case.train_skill, case.skill
    if case.evidence.divergence is not None or learnt > _MUCH or learnt - new > _GAP:
        return None
    attainable = case.attainable if case.attainable is not None else 1.0
    if not case.troubled or learnt > attainable - _NEAR:
        return None
    changes: dict[str, Any] = {}
    words = []
    evidence = [
        _(
            "on training rows it avoids {learnt:.0%} of a constant's errors, on others {new:.0%}",
            learnt=max(learnt, 0.0),
            new=max(new, 0.0),
        )
    ]
    if case.attainable is not None:
        others = _("other learners avoid {attainable:.0%} of them", attainable=attainable)
        evidence.append(others)
    cause = _("the network is too small for these rows, or was trained too little.")
    certainty = 0.6
    if _penalty_rules(case):
        share = _penalty_share(case)
        evidence.append(_("the penalty is {share:.0%} of what is minimised", share=share))
        cause = _("the penalty λ outweighs the loss.")
        changes |= {"training__l1": 0.0, "training__l2": 0.0}
        words.append(_("no penalty (l1 = l2 = 0)"))
        certainty = 0.95
    rate = max(
        (layer.rate for layer in case.network.layers if isinstance(layer, Dropout)), default=0.0
    )
    if rate > 0.5:
        evidence.append(_("dropout takes out {rate:.0%} of the units", rate=rate))
        cause = _("dropout takes out too much.")
        changes["network__dropout"] = 0.1
        words.append(_("less dropout (0.1)"))
        certainty = 0.85
    if not changes or certainty < 0.8:
        changes |= {"network__hidden": wider(case), "training__epochs": longer(case)}
        words.append(_("more units, and more epochs"))
    return Finding(
        "underfitting",
        _("The network underfits: it is poor on the very rows that it learns from."),
        cause,
        tuple(evidence),
        remedy(case, *words, **changes),
        certainty,
        None,
        case.history.epochs,
    )


def overfitting(case: Case) -> Finding | None:
    """Rows learnt by heart: better and better on them, worse and worse on others."""
    history, evidence = case.history, case.evidence
    if "validation_loss" not in history or case.history.epochs < 3:
        return None
    if evidence.divergence is not None:
        return None
    losses = np.array(history["validation_loss"])
    train = np.array(history["train_loss"])
    best = int(losses.argmin())
    constant_gap = case.train_skill - case.skill
    rose = float(losses[-1] / max(losses[best], 1e-12))
    fell = float(train[-1] / max(train[best], 1e-12))
    stopped_for_it = evidence.stopped_by == "validation_loss"
    rising = (
        rose > _RISEN
        and fell < 0.9
        and losses[-1] - losses[best] > (0.1 if case.skill > 0.8 else 0.05) * case.first_loss
        and not stopped_for_it
    )
    # Who stopped in time and kept the best weights did what there is to be done against it.
    gap = _WIDE_GAP if stopped_for_it else _GAP
    by_heart = constant_gap > gap and case.skill < 0.8 and case.train_skill > 0.5
    if not (rising or by_heart):
        return None
    if not rising and not case.troubled and constant_gap < 0.5:
        return None
    return Finding(
        "overfitting",
        _("The network overfits: it learns the training rows by heart."),
        _(
            "{weights:,} weights for {rows:,} rows, with nothing that keeps them from learning "
            "what is chance in these.",
            weights=case.network.parameter_count,
            rows=case.rows,
        ),
        (
            _(
                "the validation loss was least, {least:.4g}, after epoch {best}, and {last:.4g} at "
                "the end, while the training loss fell from {before:.4g} to {after:.4g}",
                least=float(losses[best]),
                best=best + 1,
                last=float(losses[-1]),
                before=float(train[best]),
                after=float(train[-1]),
            ),
            _(
                "on training rows it avoids {learnt:.0%} of a constant's errors, on others "
                "{new:.0%}",
                learnt=case.train_skill,
                new=max(case.skill, 0.0),
            ),
        ),
        _held_back(case),
        0.9 if rising and by_heart else 0.75,
        None,
        best + 1,
    )


def _held_back(case: Case) -> Remedy:
    """Return the remedy against learning by heart."""
    decay = _decay(case)
    changes: dict[str, Any] = {
        "network.dropout": 0.3,
        "training.l2": decay,
        "training.stopping": {"loss_patience": 20},
        "training.restore_best": True,
    }
    words = _(
        "dropout (0.3), decay of the weights (l2 = {l2:.2g}), and an end when the validation loss "
        "rises (loss_patience = 20)",
        l2=decay,
    )
    return Remedy(_("{words}.", words=words), changes)


def _decay(case: Case) -> float:
    """Return λ₂ that makes a unit of weight cost what a hundredth of a loss does: λ/(2m)·ΣW²."""
    return float(f"{0.01 * case.evidence.recipe.batch_rows(case.rows):.1g}")


def no_better_than_constant(case: Case) -> Finding | None:
    """A result that is no better than always answering the same."""
    if case.evidence.divergence is not None or (case.classes and case.majority == 1):
        return None
    if case.skill > max(_NOTHING, case.chance):
        return None
    attainable = case.attainable
    nothing_there = attainable is not None and attainable < max(_NOTHING, case.chance)
    if case.skill > _NOTHING and not nothing_there:
        return None
    learnt = case.train_skill
    by_heart = learnt > 0.2
    if case.features is not None and not case.features.spreads.any():
        cause = _("every feature is the same in all rows.")
        cure = Remedy(_("give it features that differ from row to row."))
    elif (rare := rare_class(case)) is not None and rare.recall < _HALF:
        cause, cure = FEW_ROWS, ALIKE
    elif by_heart or nothing_there:
        cause = (
            _("what it learnt is chance in the training rows: others do not share it.")
            if by_heart
            else _("these features say nothing about the target: no learner finds anything.")
        )
        cure = Remedy(
            _(
                "a smaller network, held back (hidden = [8], l2, loss_patience = 10); and look for "
                "features that have to do with the target."
            ),
            {
                "network.hidden": [8],
                "training.l2": _decay(case) * (_HELD_BACK if nothing_there else 1),
                "training.stopping": {"loss_patience": 10},
                "training.restore_best": True,
            },
        )
    else:
        inner = not_learning(case) or underfitting(case)
        cause = inner.cause if inner else _("the network learnt nothing that holds for other rows.")
        cure = inner.remedy if inner else Remedy(_("another network, or other features."), {})
    return Finding(
        "no_better_than_constant",
        _("The result is no better than always answering the same."),
        cause,
        (
            _(
                "it avoids {new:.0%} of a constant's errors on new rows, {learnt:.0%} on training "
                "rows",
                new=case.skill,
                learnt=learnt,
            ),
        ),
        cure,
        0.5,
        None,
        case.history.epochs,
    )


def _penalty_share(case: Case) -> float:
    if not case.history.epochs:
        return 0.0
    penalty, loss = case.history["train_penalty"][-1], case.history["train_loss"][-1]
    return float(penalty / max(penalty + loss, 1e-12))


def _penalty_rules(case: Case) -> bool:
    """Whether λ keeps the weights where they are: they shrank, and it is what is minimised."""
    penalty = case.evidence.recipe.penalty
    if not penalty or not case.history.epochs:
        return False
    shrunk = float(np.linalg.norm(case.evidence.end.vector)) < 0.7 * float(
        np.linalg.norm(case.evidence.begin.vector)
    )
    return shrunk or _penalty_share(case) > 0.5


def wider(case: Case) -> list[int]:
    """Return sizes of hidden layers, twice and more than what there was."""
    sizes = [layer.units for layer in case.network.layers[:-1] if isinstance(layer, Dense)]
    return [max(64, 2 * size) for size in sizes] or [64, 32]


def longer(case: Case) -> int:
    """Return more epochs: three times as many, and some hundred steps at least."""
    steps = max(1, case.evidence.recipe.steps(case.rows))
    return int(max(3 * case.history.epochs, min(1000, -(-1500 // steps))))
