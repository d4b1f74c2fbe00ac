"""From the words of a command line to an experiment: what SOURCE is, and which settings win."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from axone.bounds import MOST_LAYERS
from axone.cli.column_choices import column_choices
from axone.cli.models import is_run
from axone.data.sources import is_stream
from axone.errors import ConfigurationError
from axone.experiments import EXPERIMENT, SUFFIXES, Experiment
from axone.experiments.files import holds_records
from axone.messages import _, all_of
from axone.optimizers import Optimizer

_SETTINGS = {
    "target": "data.target",
    "task": "data.task",
    "data_options": "data.options",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "learning_rate": "training.optimizer.learning_rate",
    "loss": "training.loss",
    "quantiles": "training.loss",
    "preset": "network.preset",
    "start_from": "network.start_from",
    "frozen": "network.frozen",
    "hidden": "network.hidden",
    "activation": "network.activation",
    "optimizer": "training.optimizer",
    "dropout": "network.dropout",
    "l2": "training.l2",
    "seed": "seed",
    "engine": "engine",
    "threads": "threads",
    "class_weight": "training.class_weight",
    "label_smoothing": "training.label_smoothing",
    "calibrate": "training.calibrate",
    "types": "data.columns",
    "missing": "data.missing",
    "query": "data.query",
    "sheet": "data.sheet",
}
"""Which setting of an experiment file each option stands for."""


@dataclass(frozen=True)
class Overrides:
    """Settings given as options; None where the option was not given."""

    target: str | None = None
    task: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    loss: str | None = None
    quantiles: str | None = None
    preset: str | None = None
    start_from: Path | None = None
    frozen: str | None = None
    hidden: str | None = None
    activation: str | None = None
    optimizer: str | None = None
    dropout: float | None = None
    l2: float | None = None
    seed: int | None = None
    engine: str | None = None
    threads: int | None = None
    class_weight: str | None = None
    label_smoothing: float | None = None
    calibrate: str | None = None
    types: Sequence[str] | None = None
    missing: Sequence[str] | None = None
    query: str | None = None
    sheet: str | None = None
    data_options: Sequence[str] | None = None

    def given(self) -> dict[str, str]:
        """Return the options that were given as they are typed, by the setting each stands for."""
        return {
            _SETTINGS[field.name]: _option(field.name)
            for field in fields(self)
            if getattr(self, field.name) is not None
        }

    def to_settings(self) -> dict[str, Any]:
        """Return them nested as in an experiment file; the learning rate is laid on afterwards."""
        settings: dict[str, Any] = {}
        for name, setting in _SETTINGS.items():
            value = getattr(self, name)
            if value is None or name == "learning_rate":
                continue
            table, _dot, key = setting.rpartition(".")
            section = settings.setdefault(table, {}) if table else settings
            read = _READERS.get(name)
            section[key] = value if read is None else read(value)
        if self.hidden is not None:
            # A file's list of layers, and their names, would contradict it.
            settings["network"] = {
                "layers": None,
                "layer_names": None,
                "preset": None,
                **settings["network"],
            }
        return settings


_WORDS = {
    "learning_rate": "--lr",
    "data_options": "--data-option",
    "start_from": "--from",
    "frozen": "--freeze",
}
"""The options whose words are not those of their setting."""


def _option(name: str) -> str:
    return _WORDS.get(name, f"--{name.replace('_', '-')}")


AUTO = "auto"
"""In place of a learning rate: what a range test suggests."""


def learning_rate_of(text: str) -> float:
    """Read a learning rate.

    Raises
    ------
    ConfigurationError
        Not a number.
    """
    try:
        return float(text)
    except ValueError as error:
        raise ConfigurationError(
            _("--lr takes a number, such as 0.001, or auto; found {found!r}.", found=text)
        ) from error


def hidden_sizes(text: str) -> list[int]:
    """Read `64,32`; an empty text means no hidden layer.

    Raises
    ------
    ConfigurationError
        Not a list of whole numbers.
    """
    try:
        return [int(size) for size in text.split(",") if size.strip()]
    except ValueError as error:
        raise ConfigurationError(
            _(
                "--hidden takes whole numbers with commas, such as 64,32; found {found!r}.",
                found=text,
            )
        ) from error


def layer_sizes(text: str) -> list[int]:
    """Read `4-3-3`.

    Raises
    ------
    ConfigurationError
        Not two or more whole numbers with dashes between them.
    """
    words = text.split("-")
    if not 2 <= len(words) <= MOST_LAYERS or not all(word.strip().isdecimal() for word in words):
        raise ConfigurationError(
            _(
                "--layers takes the sizes from the input to the output, such as 4-3-3; found "
                "{found!r}.",
                found=text,
            )
        )
    hidden = hidden_sizes(",".join(words))
    if min(hidden) < 1:
        raise ConfigurationError(_("--layers: a layer needs at least one unit."))
    return hidden


def quantile_loss(text: str) -> dict[str, Any]:
    """Read `0.05,0.5,0.95`: the levels of the loss.

    Raises
    ------
    ConfigurationError
        Not a list of numbers.
    """
    try:
        levels = [float(level) for level in text.split(",") if level.strip()]
    except ValueError as error:
        raise ConfigurationError(
            _(
                "--quantiles takes numbers between 0 and 1 with commas, such as 0.05,0.5,0.95; "
                "found {found!r}.",
                found=text,
            )
        ) from error
    return {"name": "quantile", "levels": levels}


def data_options(words: Sequence[str]) -> dict[str, Any]:
    """Read the words of `--data-option NAME=VALUE`: a number, a range `0..50` or a word.

    Raises
    ------
    ConfigurationError
        No name, no value, or a name given twice.
    """
    found: dict[str, Any] = {}
    for word in words:
        name, _equals, text = (part.strip() for part in word.partition("="))
        if not name or not text:
            raise ConfigurationError(
                _(
                    "--data-option takes NAME=VALUE, such as rows=500 or range=0..50; found "
                    "{found!r}.",
                    found=word,
                )
            )
        if name in found:
            raise ConfigurationError(_("--data-option: {name} is given twice.", name=name))
        low, dots, high = text.partition("..")
        found[name] = [_value(low), _value(high)] if dots else _value(text)
    return found


def _value(text: str) -> int | float | str:
    """Return a whole number, else a number, else the word as it is."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip()


_READERS: dict[str, Callable[[Any], Any]] = {
    "hidden": hidden_sizes,
    "quantiles": quantile_loss,
    "types": column_choices,
    "missing": list,
    "data_options": data_options,
    # A file's own folder is not where the options were typed.
    "start_from": lambda path: str(path.resolve()),
    "frozen": lambda word: int(word) if word.isdecimal() else word,
}
"""What turns the words of an option into a setting, where that is not the words themselves."""


def describe(source: str, overrides: Overrides) -> Experiment:
    """Return the experiment that SOURCE and the options describe.

    Raises
    ------
    ConfigurationError
        The file is wrong, or options contradict it.
    """
    _require_one_network(overrides)
    settings = overrides.to_settings()
    if is_stream(source):
        return Experiment.from_source(source, settings, overrides.given())
    path = Path(source)
    if is_run(source):
        raise ConfigurationError(
            _(
                "{source} is a folder. To continue its run: axone train {source} "
                "--resume. To run it again: axone train {file}.",
                source=source,
                file=path / EXPERIMENT,
            )
        )
    if path.suffix.lower() in SUFFIXES and not holds_records(path):
        experiment = Experiment.from_file(path, settings, overrides.given())
    else:
        experiment = Experiment.from_source(source, settings, overrides.given())
    shape = [overrides.given().get(f"network.{name}") for name in ("activation", "dropout")]
    if any(shape) and experiment.settings.network.layers is not None:
        raise ConfigurationError(
            _(
                "{place} lists every layer, so {options} would change nothing: give --hidden "
                "as well, or change the file.",
                place=experiment.place("network.layers"),
                options=all_of(filter(None, shape)),
            )
        )
    if overrides.learning_rate is None:
        return experiment
    return with_learning_rate(experiment, overrides.learning_rate)


def _require_one_network(overrides: Overrides) -> None:
    """Refuse sizes of hidden layers beside a preset, which has its own."""
    names = ("hidden", "activation", "dropout")
    needless = [_option(name) for name in names if getattr(overrides, name) is not None]
    if overrides.preset is not None and needless:
        raise ConfigurationError(
            _(
                "--preset {name} has layers of its own, so {options} would change nothing: leave "
                "out the one or the other.",
                name=overrides.preset,
                options=all_of(needless),
            )
        )


def at_rate(optimizer: Optimizer, learning_rate: float) -> Optimizer:
    """Return the optimiser with the learning rate of `--lr`.

    Raises
    ------
    ConfigurationError
        It has none, or not one such as this.
    """
    if not optimizer.stepwise:
        raise ConfigurationError(_("--lr: L-BFGS finds the length of its steps itself."))
    try:
        return replace(optimizer, learning_rate=learning_rate)
    except ConfigurationError as error:
        raise ConfigurationError(_("--lr: {error}", error=error)) from error


def with_learning_rate(experiment: Experiment, learning_rate: float) -> Experiment:
    """Return the experiment with that learning rate in its optimiser."""
    training = experiment.settings.training
    optimizer = at_rate(training.optimizer, learning_rate)
    changed = training.model_copy(update={"optimizer": optimizer})
    return replace(
        experiment,
        # A preset's own optimiser keeps its other settings.
        settings=experiment.settings.model_copy(update={"training": changed}),
        learning_rate=None if "optimizer" in training.model_fields_set else learning_rate,
    )
