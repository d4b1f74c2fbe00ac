"""From the words of a command line to an experiment: what SOURCE is, and which settings win."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from axone.errors import ConfigurationError
from axone.experiments import EXPERIMENT, SUFFIXES, Experiment
from axone.optimizers import LBFGS


@dataclass(frozen=True)
class Overrides:
    """Settings given as options; None where the option was not given."""

    target: str | None = None
    task: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    hidden: str | None = None
    activation: str | None = None
    optimizer: str | None = None
    dropout: float | None = None
    l2: float | None = None
    seed: int | None = None
    engine: str | None = None

    def given(self) -> list[str]:
        """Return the names of the options that were given."""
        return [field.name for field in fields(self) if getattr(self, field.name) is not None]

    def to_settings(self) -> dict[str, Any]:
        """Return them nested as in an experiment file; the learning rate is laid on afterwards."""
        network: dict[str, Any] = {"activation": self.activation, "dropout": self.dropout}
        if self.hidden is not None:
            network |= {"hidden": hidden_sizes(self.hidden)}
        settings = {
            "seed": self.seed,
            "engine": self.engine,
            "data": {"target": self.target, "task": self.task},
            "network": network,
            "training": {
                "epochs": self.epochs,
                "batch_size": self.batch_size,
                "optimizer": self.optimizer,
                "l2": self.l2,
            },
        }
        kept = {name: _given(value) for name, value in settings.items() if value is not None}
        if self.hidden is not None:
            kept["network"]["layers"] = None
        return kept


def _given(value: Any) -> Any:
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


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
            f"--hidden takes whole numbers with commas, such as 64,32; found {text!r}."
        ) from error


def describe(source: str, overrides: Overrides) -> Experiment:
    """Return the experiment that SOURCE and the options describe.

    Raises
    ------
    ConfigurationError
        The file is wrong, or options contradict it.
    """
    path = Path(source)
    settings = overrides.to_settings()
    if path.is_dir():
        raise ConfigurationError(
            f"{source} is a folder. To continue its run: axone train {source} --resume. To run it "
            f"again: axone train {path / EXPERIMENT}."
        )
    if path.suffix.lower() in SUFFIXES:
        experiment = Experiment.from_file(path, settings)
    else:
        experiment = Experiment.from_source(source, settings)
    shape = [name for name in ("activation", "dropout") if name in overrides.given()]
    if shape and experiment.settings.network.layers is not None:
        raise ConfigurationError(
            f"{experiment.place('network.layers')} lists every layer, so --{shape[0]} has nothing "
            "to set: give --hidden as well, or change the file."
        )
    if overrides.learning_rate is None:
        return experiment
    return with_learning_rate(experiment, overrides.learning_rate)


def with_learning_rate(experiment: Experiment, learning_rate: float) -> Experiment:
    """Return the experiment with that learning rate in its optimiser."""
    training = experiment.settings.training
    if isinstance(training.optimizer, LBFGS):
        raise ConfigurationError("--lr: L-BFGS finds the length of its steps itself.")
    optimizer = replace(training.optimizer, learning_rate=learning_rate)
    changed = training.model_copy(update={"optimizer": optimizer})
    return replace(
        experiment, settings=experiment.settings.model_copy(update={"training": changed})
    )
