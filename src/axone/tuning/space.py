"""What a search varies: settings of an experiment by their dotted names, each with its values.

A `Space` is read from the `[tuning.space]` table of a file, from `--vary` options or from keywords;
laid over an experiment, a choice of values gives the experiment that a trial runs.
"""

import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel

from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Experiment
from axone.experiments.description import parse
from axone.experiments.schema import ExperimentData
from axone.optimizers import OPTIMIZERS
from axone.registry import Registry
from axone.schedules import SCHEDULES

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

GRID_POINTS = 4
"""How many values of a range a grid takes, unless it says so itself."""

_TABLES: dict[str, Registry[Any]] = {
    "training.optimizer": OPTIMIZERS,
    "training.schedule": SCHEDULES,
}
"""Settings that have settings of their own, which may vary too."""

_FIXED: dict[str, str] = {
    "seed": "it decides the folds, so that scores of two seeds cannot be compared",
    "dtype": "it is the precision of the whole search",
    "engine": "which one computes changes roundings, not results",
    "threads": "how many there are changes no bit of a result",
    "network.input_size": "it is what the data have",
    "training.calibrate": "a trial is judged before its probabilities are calibrated",
    "tuning": "it describes the search itself",
}
"""What a search leaves alone, and why: it would change the question or the machinery, not the
answer."""

_VARIED_OF_DATA = ("data.scaling", "data.target_scaling")
_SHAPE = ("network.activation", "network.initializer", "network.dropout", "network.batch_norm")


@dataclass(frozen=True)
class Choices:
    """A setting that takes one of several values.

    Parameters
    ----------
    values : tuple
        As an experiment file writes them: numbers, words, lists, tables.
    """

    values: tuple[Any, ...]

    @property
    def labels(self) -> list[str | int | float | bool | None]:
        """What stands for each value in a study, which can hold neither lists nor tables."""
        return [_label(value) for value in self.values]

    def grid(self) -> list[Any]:
        """Return the labels, all of them."""
        return self.labels

    def sampled(self) -> Any:
        """Return what scikit-learn's `ParameterSampler` draws from."""
        return self.labels

    def cast(self, drawn: Any) -> Any:
        """Return the label as Python has it."""
        return drawn.item() if isinstance(drawn, np.generic) else drawn

    def distribution(self) -> "BaseDistribution":
        """Return Optuna's description."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.labels)

    def value(self, label: Any) -> Any:
        """Return the value that a label stands for."""
        return self.values[self.labels.index(label)]

    def to_data(self) -> Any:
        """Describe as a file would."""
        return list(self.values)

    def extremes(self) -> tuple[Any, ...]:
        """Return the values that show whether all can be carried out."""
        return self.values


@dataclass(frozen=True)
class Range:
    """A setting that takes any number between two.

    Parameters
    ----------
    low, high : float
        Both included.
    log : bool
        Whether factors matter, not differences: learning rates, penalties.
    step : float, optional
        Only ``low``, ``low + step``, … up to ``high``.
    integer : bool
        Whole numbers only.
    points : int
        How many values a grid takes.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    integer: bool = False
    points: int = GRID_POINTS

    def grid(self) -> list[Any]:
        """Return evenly spaced values, on the logarithmic scale if so asked."""
        if self.step is not None:
            count = int((self.high - self.low) / self.step + 1e-9) + 1
            values = self.low + self.step * np.arange(count)
        else:
            spaced = np.geomspace if self.log else np.linspace
            values = spaced(self.low, self.high, self.points)
        return list(dict.fromkeys(self.cast(value) for value in values))

    def sampled(self) -> Any:
        """Return what scikit-learn's `ParameterSampler` draws from."""
        from scipy import stats

        if self.step is not None:
            return self.grid()
        if self.log:
            # Half a unit to either side gives the ends of whole numbers their share.
            margin = 0.5 if self.integer else 0.0
            return stats.loguniform(self.low - margin, self.high + margin)
        if self.integer:
            return stats.randint(int(self.low), int(self.high) + 1)
        return stats.uniform(self.low, self.high - self.low)

    def cast(self, drawn: Any) -> Any:
        """Return the number within the bounds, to six digits: more would only clutter a file."""
        number = float(f"{float(drawn):.6g}")
        number = min(max(number, self.low), self.high)
        return round(number) if self.integer else float(number)

    def distribution(self) -> "BaseDistribution":
        """Return Optuna's description."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.integer:
            step = 1 if self.step is None else int(self.step)
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=step)
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def value(self, label: Any) -> Any:
        """Return the number itself."""
        return label

    def to_data(self) -> Any:
        """Describe as a file would."""
        data: dict[str, Any] = {"low": self.low, "high": self.high}
        return (
            data
            | ({"log": True} if self.log else {})
            | ({"step": self.step} if self.step is not None else {})
        )

    def extremes(self) -> tuple[Any, ...]:
        """Return the values that show whether all can be carried out."""
        ends = (self.low, self.high)
        return tuple(int(end) for end in ends) if self.integer else ends


Parameter = Choices | Range


@dataclass(frozen=True)
class Space:
    """The settings that vary.

    Attributes
    ----------
    parameters : mapping of str to Choices or Range
        By the setting's full name: ``"training.optimizer.learning_rate"``.
    where : str
        Who asked for it, for messages.
    """

    parameters: Mapping[str, Parameter]
    where: str = "the search space"

    def __len__(self) -> int:
        return len(self.parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    @property
    def titles(self) -> dict[str, str]:
        """A short name for each: the last word of its full one, where that is enough."""
        last = [name.rpartition(".")[2] for name in self.parameters]
        return {
            name: word if last.count(word) == 1 else name
            for name, word in zip(self.parameters, last, strict=True)
        }

    def values(self, labels: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that the labels of a trial stand for."""
        return {name: self.parameters[name].value(label) for name, label in labels.items()}

    def to_data(self) -> dict[str, Any]:
        """Describe as a file would."""
        return {name: parameter.to_data() for name, parameter in self.parameters.items()}

    def check(self, experiment: Experiment) -> None:
        """Refuse values that no trial could run with.

        Raises
        ------
        ConfigurationError
            With the setting and the value.
        """
        shape = [name for name in _SHAPE if name in self.parameters]
        listed = experiment.settings.network.layers is not None
        if shape and listed and "network.hidden" not in self.parameters:
            raise ConfigurationError(
                f"{self.where}: {experiment.place('network.layers')} lists every layer, so varying "
                f"{shape[0]} would change nothing: vary network.hidden as well, or vary "
                "network.layers."
            )
        for name, parameter in self.parameters.items():
            for value in parameter.extremes():
                self._check_value(experiment, name, value)

    def _check_value(self, experiment: Experiment, name: str, value: Any) -> None:
        owner = name.rpartition(".")[0]
        owners = self.parameters.get(owner)
        # A rule's own setting need only fit one of the rules that are tried.
        settings: list[dict[str, Any]] = (
            [{owner: rule, name: value} for rule in owners.extremes()]
            if owners
            else [{name: value}]
        )
        for number, choice in enumerate(settings):
            try:
                with_values(experiment, choice, self.where)
                return
            except ConfigurationError:
                if number + 1 == len(settings):
                    raise


def with_values(
    experiment: Experiment, values: Mapping[str, Any], where: str = "the search space"
) -> Experiment:
    """Return the experiment with other values of some settings.

    Parameters
    ----------
    experiment : Experiment
    values : mapping of str to object
        By the setting's full name; those of hidden layers replace a list of layers.
    where : str
        Who asked for them, for messages.

    Raises
    ------
    ConfigurationError
        A value that the setting does not allow.
    """
    content = experiment.settings.model_dump()
    content["tuning"] = None
    if "network.hidden" in values:
        content["network"]["layers"] = None
    # A rule before its own settings: "training.optimizer" before its learning rate.
    for name in sorted(values, key=lambda name: name.count(".")):
        _put(content, name.split("."), values[name])
    return replace(experiment, settings=parse(content, where, {}))


def _put(content: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        below = content.get(part)
        if isinstance(below, str):
            below = {"name": below}
        content[part] = dict(below or {})
        content = content[part]
    content[path[-1]] = value


def settings_that_vary() -> dict[str, bool]:
    """Return the full name of every setting that a search may vary, and whether it is a whole one.

    Settings of optimisers and schedules are among them, for whichever has them.
    """
    names = {
        name: integer
        for name, integer in _leaves(ExperimentData, "")
        if not _reason_against(name) and (not name.startswith("data.") or name in _VARIED_OF_DATA)
    }
    for owner, registry in _TABLES.items():
        for member in registry:
            for field in registry.settings(member):
                names[f"{owner}.{field.name}"] = field.type in (int, "int")
    return names


def _reason_against(name: str) -> str:
    """Return why a setting does not vary; empty where it does."""
    return next((why for fixed, why in _FIXED.items() if f"{name}.".startswith(f"{fixed}.")), "")


def _leaves(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, bool]]:
    for name, field in model.model_fields.items():
        options = _flattened(field.annotation)
        section = next(
            (o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None
        )
        if section is not None:
            yield from _leaves(section, f"{prefix}{name}.")
        else:
            yield prefix + name, int in options and list not in options


def _flattened(annotation: Any) -> list[Any]:
    """Return the types that an annotation is made of, containers before what they hold."""
    inner = [part for option in typing.get_args(annotation) for part in _flattened(option)]
    return [typing.get_origin(annotation) or annotation, *inner]


def full_name(given: str, where: str) -> str:
    """Return a setting's full name, given it or its last words.

    Raises
    ------
    UnknownNameError
        There is no such setting, or it cannot vary.
    ConfigurationError
        Several settings end like that; or it is one that would change nothing.
    """
    names = settings_that_vary()
    wanted = given.strip().replace("-", "_")
    wanted = {"lr": "learning_rate", "training.learning_rate": "learning_rate"}.get(wanted, wanted)
    if wanted in names:
        return wanted
    ends = [name for name in names if name.endswith(f".{wanted}")]
    # The run's own setting before a schedule's of the same name.
    own = [name for name in ends if name.rpartition(".")[0] not in _TABLES]
    ends = own if len(own) == 1 else ends
    if len(ends) > 1:
        raise ConfigurationError(
            f"{where}: {given!r} may be {' or '.join(ends)}: write it in full."
        )
    fixed = [name for name, _ in _leaves(ExperimentData, "") if _reason_against(name)]
    meant = next((name for name in fixed if f".{name}".endswith(f".{wanted}")), None)
    if not ends and meant is not None:
        raise ConfigurationError(
            f"{where}: {meant} does not vary: {_reason_against(meant)}. Set it for the whole "
            "search in the experiment."
        )
    if not ends:
        short = [name.rpartition(".")[2] for name in names]
        allowed = [n if short.count(s) > 1 else s for n, s in zip(names, short, strict=True)]
        raise UnknownNameError("setting to vary", given, allowed, where=where)
    return ends[0]


def read_space(given: Mapping[str, Any], where: str) -> Space:
    """Read a search space from plain data.

    Parameters
    ----------
    given : mapping
        By the setting's name, full or short, nested or dotted: a list of choices, a table
        ``{low, high, log, step, points}``, or a text as `--vary` takes it.
    where : str
        Who asked for it, for messages.

    Raises
    ------
    ConfigurationError
        An unknown setting, one given twice, values that are neither choices nor a range.
    """
    parameters: dict[str, Parameter] = {}
    for word, values in _flat(given, ""):
        name = full_name(word, where)
        if name in parameters:
            raise ConfigurationError(f"{where}: {name} is given twice.")
        parameters[name] = _parameter(name, values, f"{where}: {word}")
    return Space(parameters, where)


def _flat(given: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for word, values in given.items():
        if isinstance(values, Mapping) and not {"low", "high"} & set(values):
            yield from _flat(values, f"{prefix}{word}.")
        else:
            yield prefix + word, values


def _parameter(name: str, values: Any, where: str) -> Parameter:
    if isinstance(values, (Choices, Range)):
        return values
    integer = settings_that_vary()[name]
    if isinstance(values, str):
        values = _from_text(name, values, where)
    if isinstance(values, Mapping):
        return _range(values, integer, where)
    if not isinstance(values, (list, tuple)) or not values:
        raise ConfigurationError(
            f"{where}: give a list of choices or a range {{low = …, high = …}}; found {values!r}."
        )
    choices = Choices(tuple(_single(name, value) for value in values))
    if len(set(map(repr, choices.labels))) < len(choices.labels):
        raise ConfigurationError(f"{where}: a choice is given twice in {list(values)!r}.")
    return choices


def _single(name: str, value: Any) -> Any:
    """Let a lone number stand for the only hidden layer."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return [value] if name == "network.hidden" and is_number else value


def _range(given: Mapping[str, Any], integer: bool, where: str) -> Range:
    allowed = ("low", "high", "log", "step", "points")
    for key in given:
        if key not in allowed:
            raise UnknownNameError("key of a range", key, allowed, where=where)
    numbers: dict[str, Any] = {
        key: given.get(key) for key in ("low", "high", "step") if given.get(key) is not None
    }
    for key, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not isfinite(number):
            raise ConfigurationError(f"{where}: {key} must be a number, not {number!r}.")
        if integer and number != int(number):
            raise ConfigurationError(f"{where}: {key} must be a whole number, not {number!r}.")
    points = given.get("points", GRID_POINTS)
    log = given.get("log", False)
    problem = (
        "a range needs both low and high"
        if not {"low", "high"} <= set(numbers)
        else f"low must be below high; found {numbers['low']} and {numbers['high']}"
        if numbers["low"] >= numbers["high"]
        else f"log must be true or false; found {log!r}"
        if not isinstance(log, bool)
        else f"a logarithmic range must begin above 0; found {numbers['low']}"
        if log and numbers["low"] <= 0
        else "a logarithmic range has no step: leave one of them out"
        if log and "step" in numbers
        else f"step must be above 0; found {numbers['step']}"
        if numbers.get("step", 1) <= 0
        else f"points must be a whole number of at least 2; found {points!r}"
        if isinstance(points, bool) or not isinstance(points, int) or points < 2
        else ""
    )
    if problem:
        raise ConfigurationError(f"{where}: {problem}.")
    ends = (numbers["low"], numbers["high"])
    low, high = ends if integer else map(float, ends)
    return Range(low, high, log, numbers.get("step"), integer, points)


def read_options(options: Sequence[str]) -> dict[str, str]:
    """Split the words of `--vary NAME=VALUES`.

    Raises
    ------
    ConfigurationError
        No name, no values, or a name given twice.
    """
    found: dict[str, str] = {}
    for option in options:
        name, equals, values = option.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise ConfigurationError(
                f"--vary takes NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=A|B|C; found {option!r}."
            )
        if name in found:
            raise ConfigurationError(f"--vary: {name} is given twice.")
        found[name] = values.strip()
    return found


def _from_text(name: str, text: str, where: str) -> Any:
    """Read `1e-4..1e-1:log`, `0..0.5:step=0.1` or `relu|tanh|gelu`."""
    if ".." not in text:
        return [_word(name, word.strip()) for word in text.split("|")]
    ends, *options = text.split(":")
    low, _, high = ends.partition("..")
    given: dict[str, Any] = {"low": _number(low, where), "high": _number(high, where)}
    for option in options:
        key, equals, value = option.partition("=")
        given[key.strip()] = _number(value, where) if equals else True
    return given


def _number(text: str, where: str) -> int | float:
    try:
        number = float(text)
    except ValueError as error:
        raise ConfigurationError(f"{where}: {text!r} is not a number.") from error
    return int(number) if text.strip().lstrip("+-").isdigit() else number


def _word(name: str, text: str) -> Any:
    if name == "network.hidden" and not text.startswith("["):
        text = f"[{'' if text == 'none' else text}]"
    try:
        return None if text == "none" else json.loads(text)
    except ValueError:
        return text


def _label(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
        return ",".join(map(str, value)) or "none"
    return json.dumps(value, ensure_ascii=False)


def shown(label: Any, digits: int = 3) -> str:
    """Return a value as a table shows it."""
    if isinstance(label, bool) or label is None:
        return str(label).lower()
    return f"{label:.{digits}g}" if isinstance(label, float) else str(label)


def default_space(experiment: Experiment, *, grid: bool = False) -> Space:
    """Return what usually matters, around what is usual.

    Learning rate, hidden layers, activation, dropout, L2 and batch size; a grid, which grows with
    every setting, takes the first two and L2 only. Where a file lists its layers they stay.

    Parameters
    ----------
    experiment : Experiment
    grid : bool, default False
        Whether every combination is to be run.
    """
    settings = experiment.settings
    space: dict[str, Parameter] = {}
    if settings.training.optimizer.stepwise:
        ends = (1e-3, 1e-1) if grid else (1e-4, 1e-1)
        space["training.optimizer.learning_rate"] = Range(*ends, log=True, points=3)
    if settings.network.layers is None:
        sizes = [[32], [128], [64, 32]] if grid else [[32], [64], [128], [64, 32], [128, 64]]
        space["network.hidden"] = Choices(tuple(sizes))
        if not grid:
            space["network.activation"] = Choices(("relu", "tanh", "gelu"))
            space["network.dropout"] = Range(0.0, 0.5, step=0.1)
    space["training.l2"] = Choices((0.0, 1e-2)) if grid else Range(1e-6, 1.0, log=True)
    if not grid:
        space["training.batch_size"] = Choices((16, 32, 64, 128))
    return Space(space, "the default space")
