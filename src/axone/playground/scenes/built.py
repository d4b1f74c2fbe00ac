"""Conditions on what is built and set: units, layers, activations, settings, and what must stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axone.messages import _, _n, all_of, any_of
from axone.playground.scenes.condition import Condition, Verdict
from axone.playground.scenes.progress import Progress


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
