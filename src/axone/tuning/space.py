"""What a search varies: settings of an experiment by their dotted names, each with its values.

A `Space` is read from the `[tuning.space]` table of a file, from `--vary` options or from keywords;
laid over an experiment, a choice of values gives the experiment that a trial runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from axone.errors import ConfigurationError
from axone.experiments import Experiment
from axone.experiments.description import parse
from axone.messages import _
from axone.tuning.parameters import Choices, Parameter, Range

if TYPE_CHECKING:
    pass


_SHAPE = ("network.activation", "network.initializer", "network.dropout", "network.batch_norm")


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
        network = experiment.settings.network
        listed = network.layers is not None or network.preset is not None
        if shape and listed and "network.hidden" not in self.parameters:
            raise ConfigurationError(
                _(
                    "{where}: {place} lists every layer, so varying {name} would change "
                    "nothing: vary network.hidden as well, or vary network.layers.",
                    where=self.where,
                    place=experiment.place(
                        "network.preset" if network.layers is None else "network.layers"
                    ),
                    name=shape[0],
                )
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
    content = experiment.to_data()
    content["tuning"] = None
    network = content["network"]
    if "network.hidden" in values:
        network |= dict.fromkeys(("layers", "layer_names", "preset"))
    if "network.preset" in values:
        content["network"] = {"input_size": network["input_size"]}
        if not any(name.startswith("training.") for name in values):
            # Each preset with its own training, wherever the author left that open.
            content["training"] = experiment.settings.training.model_dump(exclude_unset=True)
    # A rule before its own settings: "training.optimizer" before its learning rate.
    for name in sorted(values, key=lambda name: name.count(".")):
        _put(content, name.split("."), values[name])
    return replace(experiment, settings=parse(content, where, {}))


def _put(content: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        below = content.get(part)
        if isinstance(below, str):
            below = {"name": below}
        if below is not None and not isinstance(below, Mapping):
            return  # a number where a rule belongs has no settings, and is refused for itself
        content[part] = dict(below or {})
        content = content[part]
    content[path[-1]] = value


def default_space(experiment: Experiment, *, grid: bool = False) -> Space:
    """Return what usually matters, around what is usual.

    Learning rate, hidden layers, activation, dropout, L2 and batch size; a grid, which grows with
    every setting, takes the first two and L2 only. The layers of a file or of a preset stay.

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
    if settings.network.layers is None and settings.network.preset is None:
        sizes = [[32], [128], [64, 32]] if grid else [[32], [64], [128], [64, 32], [128, 64]]
        space["network.hidden"] = Choices(tuple(sizes))
        if not grid:
            space["network.activation"] = Choices(("relu", "tanh", "gelu"))
            space["network.dropout"] = Range(0.0, 0.5, step=0.1)
    space["training.l2"] = Choices((0.0, 1e-2)) if grid else Range(1e-6, 1.0, log=True)
    if not grid:
        space["training.batch_size"] = Choices((16, 32, 64, 128))
    return Space(space, "the default space")
