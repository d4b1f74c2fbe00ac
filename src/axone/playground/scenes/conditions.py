"""The small language in which a scene says what is to be reached: a frozen dataclass a condition.

Each looks at how far an attempt has come, and says in words what is reached and what is missing. A
scene's check is fulfilled when all of its conditions are.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from axone.messages import Message, _, _n, all_of, any_of
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


class Verdict(NamedTuple):
    """Whether a condition is fulfilled, and how far, in words."""

    met: bool
    words: Message

    def __bool__(self) -> bool:
        return self.met


class Condition(ABC):
    """Something that must hold of an attempt."""

    needs_findings: ClassVar[bool] = False

    @abstractmethod
    def judge(self, progress: Progress) -> Verdict:
        """Say whether it holds, and what is reached or missing."""


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
class HiddenUnits(Condition):
    """Few units in the hidden dense layers."""

    at_most: int

    def judge(self, progress: Progress) -> Verdict:
        """Count them."""
        found = progress.hidden_units
        units = _n("{count} hidden unit", "{count} hidden units", found)
        met = found <= self.at_most
        words = (
            _("{units}: no more than {most:,} are allowed.", units=units, most=self.at_most)
            if met
            else _("{units}: {most:,} are enough.", units=units, most=self.at_most)
        )
        return Verdict(met, words)


@dataclass(frozen=True)
class HiddenLayers(Condition):
    """As many layers that learn before the output layer as are asked for."""

    at_least: int = 0
    at_most: int | None = None

    def judge(self, progress: Progress) -> Verdict:
        """Count them."""
        found = progress.hidden_layers
        layers = _n("{count} hidden layer", "{count} hidden layers", found)
        if self.at_most == 0:
            words = (
                _("There is no hidden layer.")
                if found == 0
                else _("{layers}: take out every one.", layers=layers)
            )
            return Verdict(found == 0, words)
        if found < self.at_least:
            words = _(
                "{layers}: at least {least} are asked for.", layers=layers, least=self.at_least
            )
            return Verdict(False, words)
        if self.at_most is not None and found > self.at_most:
            words = _("{layers}: at most {most} are allowed.", layers=layers, most=self.at_most)
            return Verdict(False, words)
        return Verdict(True, _("{layers}, as is asked for.", layers=layers))


@dataclass(frozen=True)
class Parameters(Condition):
    """A network of few parameters."""

    at_most: int

    def judge(self, progress: Progress) -> Verdict:
        """Count them."""
        found = progress.parameters
        parameters = _n("{count} parameter", "{count:,} parameters", found)
        words = _(
            "The network has {parameters} (at most {most:,} are allowed).",
            parameters=parameters,
            most=self.at_most,
        )
        return Verdict(found <= self.at_most, words)


@dataclass(frozen=True)
class Outputs(Condition):
    """An output layer of so many units."""

    exactly: int

    def judge(self, progress: Progress) -> Verdict:
        """Count them."""
        found = progress.prepared.network.output_shape[0]
        words = _(
            "The output layer has {units} ({exactly} is asked for).",
            units=_n("{count} unit", "{count} units", found),
            exactly=self.exactly,
        )
        return Verdict(found == self.exactly, words)


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
        epochs = _n("{count} epoch", "{count:,} epochs", progress.epoch)
        if progress.epoch < self.at_least:
            least = _n("{count} epoch", "{count:,} epochs", self.at_least)
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
class Activations(Condition):
    """Hidden layers with none but these activations."""

    among: tuple[str, ...]

    def judge(self, progress: Progress) -> Verdict:
        """Compare their names."""
        found = progress.activations
        if not found:
            words = _("No hidden layer has an activation: {names}.", names=any_of(self.among))
            return Verdict(False, words)
        words = _(
            "The hidden layers have {found} (allowed: {names}).",
            found=all_of(sorted(found)),
            names=any_of(self.among),
        )
        return Verdict(found <= set(self.among), words)


@dataclass(frozen=True)
class Contains(Condition):
    """A hidden layer of a kind: "conv2d", "recurrent"."""

    kind: str

    def judge(self, progress: Progress) -> Verdict:
        """Look for one."""
        met = self.kind in progress.kinds
        words = (
            _("There is a layer {kind!r}.", kind=self.kind)
            if met
            else _("A layer {kind!r} is asked for.", kind=self.kind)
        )
        return Verdict(met, words)


@dataclass(frozen=True)
class Uses(Condition):
    """A setting that has one of some values; of a member of a family its name counts."""

    key: str
    among: tuple[Any, ...]

    def judge(self, progress: Progress) -> Verdict:
        """Compare the setting."""
        found = progress.setting(self.key)
        found = found["name"] if isinstance(found, Mapping) else found
        words = _(
            "{key} is {found!r} (asked for: {among!r}).",
            key=self.key,
            found=found,
            among=any_of(self.among),
        )
        return Verdict(found in self.among, words)


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


@dataclass(frozen=True)
class Same(Condition):
    """A setting that is part of the task: it stays as the scene's design has it."""

    key: str
    design: Mapping[str, Any]

    def judge(self, progress: Progress) -> Verdict:
        """Compare the two designs, as the page edits them."""
        wanted, found = (_at(each, self.key) for each in (self.design, progress.bench.design.data))
        if wanted == found:
            return Verdict(True, _("{key} is as it was.", key=self.key))
        words = (
            _("{key} is part of the task: leave it out again.", key=self.key)
            if wanted is None
            else _("{key} is part of the task: put it back.", key=self.key)
        )
        return Verdict(False, words)


def _at(design: Mapping[str, Any], key: str) -> Any:
    """Return a setting of a design; None where it is left out, or says nothing."""
    found: Any = design
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if found in ({}, []) else found


def _unmeasured(measured: Message) -> Verdict:
    """Say that a score is not there."""
    words = _("{measured}: there are no such rows, or they have no such score.", measured=measured)
    return Verdict(False, words)
