"""Remedies that several rules give, each with the learning rate that suits what it changes."""

from collections.abc import Mapping
from typing import Any

from axone.messages import Listed, Message, _
from axone.training.diagnosis.case import Case
from axone.training.diagnosis.findings import Remedy

LEARNING_RATE = "training.optimizer.learning_rate"

USUAL_WEIGHTS = _("begin with the usual random weights (leave the initializer to its default)")

_NEAR = (0.2, 5.0)
"""Times the run's own rate: between these what a range test suggests is no other."""

_LOWER = 10.0
"""How much lower a rate is, at least, where steps were too large."""


def remedy(case: Case, *words: Message, at_most: float | None = None, **changes: Any) -> Remedy:
    """Return a remedy, and with it the rate that a range test suggests, if that is another.

    Parameters
    ----------
    case : Case
    *words : Message
        What is changed, in words.
    at_most : float, optional
        A rate that is not to be exceeded.
    **changes
        Settings by key, with two underscores for its dot: ``data__scaling="standard"``.
    """
    settings = {name.replace("__", "."): value for name, value in changes.items()}
    if case.network_after(settings) is None:
        # Layers whose sizes others count on stay as they are.
        settings.pop("network.hidden", None)
    rate = case.rate_after(settings)
    if rate is not None and not _NEAR[0] < rate / case.learning_rate < _NEAR[1]:
        rate = rate if at_most is None else min(rate, at_most)
        # A network of other layers is not to be starved for the same number of epochs.
        anew = any(name.startswith("network.") for name in settings)
        rate = max(rate, case.learning_rate / _LOWER) if anew else rate
        return _joined([*words, at_rate(rate)], {**settings, LEARNING_RATE: rate})
    return _joined(list(words), settings)


def lower_rate(case: Case, *words: Message, **changes: Any) -> Remedy:
    """Return the remedy against steps too large: a lower rate, with what else is changed."""
    settings = {name.replace("__", "."): value for name, value in changes.items()}
    if not case.evidence.recipe.optimizer.stepwise:
        # Its steps have no rate that could be lowered.
        return _joined(
            [_("another optimizer (adam)"), *words], {**settings, "training.optimizer": "adam"}
        )
    tenth = float(f"{case.learning_rate / _LOWER:.2g}")
    found = case.rate_after(settings)
    rate = tenth if found is None else min(found, tenth)
    return _joined([at_rate(rate), *words], {**settings, LEARNING_RATE: rate})


def scaling(case: Case) -> Remedy:
    """Return the remedy against features, or a target, that are not scaled."""
    words: list[Message] = []
    changes: dict[str, Any] = {}
    if case.features is not None and case.features.unscaled:
        words.append(_("scale the features (scaling = standard)"))
        changes["data__scaling"] = "standard"
    if case.target_unscaled:
        words.append(_("scale the target (target_scaling = standard)"))
        changes["data__target_scaling"] = "standard"
    return remedy(case, *words, **changes)


def at_rate(rate: float) -> Message:
    """Name a learning rate."""
    return _("a learning rate of {rate:.2g}", rate=rate)


def _joined(words: list[Message], changes: Mapping[str, Any]) -> Remedy:
    return Remedy(_("{words}.", words=Listed(tuple(words), ", ")), changes)
