"""Conditions on what a run has reached: scores, losses, epochs, and what its diagnosis finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from axone.messages import Message, _, _n
from axone.playground.scenes.condition import Condition, Verdict
from axone.playground.scenes.progress import Progress

SCORES: Mapping[tuple[str, str], Message] = {
    ("train", "accuracy"): _("Accuracy on the training rows"),
    ("validation", "accuracy"): _("Accuracy on the validation rows"),
    ("test", "accuracy"): _("Accuracy on the test rows"),
    ("train", "recall"): _("Mean recall on the training rows"),
    ("validation", "recall"): _("Mean recall on the validation rows"),
    ("test", "recall"): _("Mean recall on the test rows"),
    ("train", "r2"): _("R² on the training rows"),
    ("validation", "r2"): _("R² on the validation rows"),
    ("test", "r2"): _("R² on the test rows"),
    ("train", "loss"): _("The training loss"),
    ("validation", "loss"): _("The validation loss"),
    ("test", "loss"): _("The loss on the test rows"),
}
"""What is measured, as sentences begin with it."""

FINDINGS: Mapping[str, Message] = {
    "class_imbalance": _("a rare class that is hardly ever answered"),
    "dead_units": _("dead units"),
    "diverged": _("a run that diverged"),
    "exploding_gradients": _("exploding gradients"),
    "no_better_than_constant": _("a result no better than a constant"),
    "not_learning": _("a loss that does not fall"),
    "overfitting": _("overfitting"),
    "saturated_units": _("saturated units"),
    "symmetric_weights": _("units that are all alike"),
    "underfitting": _("underfitting"),
    "unscaled_features": _("features that are not scaled"),
    "unscaled_target": _("a target that is not scaled"),
    "validation_row_outside": _("a validation row far outside"),
    "vanishing_gradients": _("vanishing gradients"),
}
"""What a diagnosis finds, by its code."""


@dataclass(frozen=True)
class Score(Condition):
    """A score that is high enough.

    Attributes
    ----------
    part : {"train", "validation", "test"}
    name : {"accuracy", "recall", "r2"}
    at_least : float
    """

    part: str
    name: str
    at_least: float

    def judge(self, progress: Progress) -> Verdict:
        """Compare the score at the epoch shown."""
        found = progress.score(self.part, self.name)
        measured = SCORES[self.part, self.name]
        if progress.epoch == 0:
            return Verdict(False, self._asked(measured))
        if found is None:
            return _unmeasured(measured)
        return Verdict(found >= self.at_least, self._compared(measured, found))

    def _asked(self, measured: Message) -> Message:
        """Say what is wanted, before anything is there."""
        least = self.at_least
        if self.name == "r2":
            return _("{measured}: at least {least:g} is asked for.", measured=measured, least=least)
        return _("{measured}: at least {least:.1%} is asked for.", measured=measured, least=least)

    def _compared(self, measured: Message, found: float) -> Message:
        if self.name == "r2":
            return _(
                "{measured}: {found:.3f} (at least {least:g} is asked for).",
                measured=measured,
                found=found,
                least=self.at_least,
            )
        return _(
            "{measured}: {found:.1%} (at least {least:.1%} is asked for).",
            measured=measured,
            found=found,
            least=self.at_least,
        )


@dataclass(frozen=True)
class Loss(Condition):
    """A loss that is low enough.

    Attributes
    ----------
    part : {"train", "validation", "test"}
    at_most : float
    """

    part: str
    at_most: float

    def judge(self, progress: Progress) -> Verdict:
        """Compare the loss at the epoch shown."""
        found = progress.score(self.part, "loss")
        measured = SCORES[self.part, "loss"]
        if progress.epoch == 0:
            words = _(
                "{measured}: at most {most:g} is asked for.", measured=measured, most=self.at_most
            )
            return Verdict(False, words)
        if found is None:
            return _unmeasured(measured)
        words = _(
            "{measured}: {found:.4g} (at most {most:g} is asked for).",
            measured=measured,
            found=found,
            most=self.at_most,
        )
        return Verdict(found <= self.at_most, words)


@dataclass(frozen=True)
class Gap(Condition):
    """Training rows that are not known much better than validation rows.

    Attributes
    ----------
    name : {"accuracy", "r2"}
    at_most : float
    """

    name: str
    at_most: float

    def judge(self, progress: Progress) -> Verdict:
        """Compare the scores of both parts at the epoch shown."""
        learnt, new = (progress.score(part, self.name) for part in ("train", "validation"))
        if progress.epoch == 0:
            words = _(
                "Training rows may be known better than validation rows by {most:g} at most.",
                most=self.at_most,
            )
            return Verdict(False, words)
        if learnt is None or new is None:
            return _unmeasured(SCORES["validation", self.name])
        found = learnt - new
        words = _(
            "Training rows are known better than validation rows by {found:.3f} (at most {most:g} "
            "is asked for).",
            found=max(found, 0.0),
            most=self.at_most,
        )
        return Verdict(found <= self.at_most, words)


@dataclass(frozen=True)
class Epochs(Condition):
    """A run that has taken its time, but no more.

    Attributes
    ----------
    at_least, at_most : int, optional
    """

    at_least: int = 1
    at_most: int | None = None

    def judge(self, progress: Progress) -> Verdict:
        """Look at the epoch shown."""
        epochs = _n("{count} epoch", "{count} epochs", progress.epoch)
        if progress.epoch < self.at_least:
            least = _n("{count} epoch", "{count} epochs", self.at_least)
            words = _("{epochs} so far: train for {least}.", epochs=epochs, least=least)
            return Verdict(False, words)
        if self.at_most is not None and progress.epoch > self.at_most:
            words = _(
                "{epochs}: begin anew, and be there after {most:,}.",
                epochs=epochs,
                most=self.at_most,
            )
            return Verdict(False, words)
        return Verdict(True, _("{epochs} so far.", epochs=epochs))


@dataclass(frozen=True)
class Gone(Condition):
    """A failure that the diagnosis does not find any more."""

    code: str
    needs_findings: ClassVar[bool] = True

    def judge(self, progress: Progress) -> Verdict:
        """Look for its code among the findings, once something has been trained."""
        named = FINDINGS[self.code]
        if progress.epoch == 0 and not progress.findings:
            return Verdict(False, _("The diagnosis must not find this: {finding}.", finding=named))
        if progress.findings is None:
            return Verdict(False, _("The diagnosis is being worked out."))
        if self.code in progress.findings:
            return Verdict(False, _("The diagnosis still finds this: {finding}.", finding=named))
        return Verdict(True, _("The diagnosis no longer finds this: {finding}.", finding=named))


def _unmeasured(measured: Message) -> Verdict:
    """Say that a score is not there."""
    words = _("{measured}: there are no such rows, or they have no such score.", measured=measured)
    return Verdict(False, words)
