"""The course's parameter files, read as they are: one JSON object under "parameters".

Two forms exist, for classification (`ACC_PATIENCE`) and for regression (`R2_PATIENCE`); both become
an experiment, whose messages go on speaking of the file's own keys.
"""

from collections.abc import Mapping
from typing import Any

from axone.activations import ACTIVATIONS
from axone.errors import ConfigurationError, UnknownNameError
from axone.messages import _, listed

ORIGINS = {
    "data": "NPZ_DATASET",
    "network.layers": "LAYER_SIZES, LAYER_ACTS",
    "network.input_size": "LAYER_SIZES",
    "training.optimizer": "OPTIMIZER, LR or ADAM_…",
    "training.epochs": "MAX_EPOCHS",
    "training.batch_size": "BATCH_SIZE",
    "training.l2": "L2",
    "training.clip_norm": "GRAD_CLIP",
    "training.stopping.loss_tolerance": "LOSS_TOL",
    "training.stopping.patience": "ACC_PATIENCE or R2_PATIENCE",
    "training.stopping.loss_patience": "LOSS_PATIENCE",
    "training.stopping.warmup_epochs": "WARMUP_EPOCHS",
    "seed": "RANDOM_SEED",
}
"""Which key of the course's each setting came from."""

_REQUIRED = ("NPZ_DATASET", "LAYER_SIZES", "LAYER_ACTS", "LR", "MAX_EPOCHS", "BATCH_SIZE")
_OPTIONAL = (
    "LAYER_NAMES",
    "LOSS_TOL",
    "ACC_PATIENCE",
    "R2_PATIENCE",
    "LOSS_PATIENCE",
    "WARMUP_EPOCHS",
    "RANDOM_SEED",
    "GRAD_CLIP",
    "L2",
    "OPTIMIZER",
    "ADAM_BETA1",
    "ADAM_BETA2",
    "ADAM_EPS",
)
_ADAM = {"ADAM_BETA1": "beta_1", "ADAM_BETA2": "beta_2", "ADAM_EPS": "epsilon"}


_TABLE = "parameters"


def is_course_file(content: Mapping[str, Any]) -> bool:
    """Whether a JSON file has the course's form."""
    return isinstance(content.get(_TABLE), Mapping)


def from_course(content: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the course's parameters into the data of an experiment.

    The split is 70/30 with no test rows, the optimiser plain SGD unless named, the target of a
    regression learnt in its own units, GRAD_CLIP a bound on the gradient's global norm.

    Raises
    ------
    ConfigurationError
        A missing or unknown key, lists of different lengths, an unknown activation.
    """
    for key in content:
        if key != _TABLE:
            raise UnknownNameError(_("key"), key, [_TABLE])
    given: Mapping[str, Any] = content[_TABLE]
    for key in given:
        if key not in (*_REQUIRED, *_OPTIONAL):
            raise UnknownNameError(_("key"), key, [*_REQUIRED, *_OPTIONAL], where=_TABLE)
    for key in _REQUIRED:
        if key not in given:
            raise ConfigurationError(_("parameters: the key {key} is missing.", key=key))
    sizes, layers = _layers(given)
    patience = {key: given[key] for key in ("ACC_PATIENCE", "R2_PATIENCE") if key in given}
    if len(patience) == 2:
        raise ConfigurationError(_("parameters: give ACC_PATIENCE or R2_PATIENCE, not both."))
    return {
        "seed": given.get("RANDOM_SEED", 0),
        "data": {
            "source": given["NPZ_DATASET"],
            "task": "regression" if _is_regression(given) else "auto",
            "validation": 0.3,
            "test": 0.0,
            "target_scaling": "none",
        },
        "network": {"input_size": sizes[0], "layers": layers},
        "training": {
            "optimizer": _optimizer(given),
            "epochs": given["MAX_EPOCHS"],
            "batch_size": given["BATCH_SIZE"],
            "l2": given.get("L2", 0.0),
            "clip_norm": given.get("GRAD_CLIP"),
            "stopping": {
                "loss_tolerance": given.get("LOSS_TOL"),
                "patience": next(iter(patience.values()), None),
                "loss_patience": given.get("LOSS_PATIENCE"),
                "warmup_epochs": given.get("WARMUP_EPOCHS", 0),
            },
        },
    }


def _is_regression(given: Mapping[str, Any]) -> bool:
    """A regression ends in linear units, and never names an accuracy."""
    last = str(given["LAYER_ACTS"][-1]).lower()
    return "R2_PATIENCE" in given or last in ("linear", "identity")


def _layers(given: Mapping[str, Any]) -> tuple[list[Any], list[dict[str, Any]]]:
    sizes, activations = given["LAYER_SIZES"], given["LAYER_ACTS"]
    names = given.get("LAYER_NAMES", sizes)
    for key, value in (("LAYER_SIZES", sizes), ("LAYER_ACTS", activations), ("LAYER_NAMES", names)):
        if not isinstance(value, list) or len(value) < 2:
            raise ConfigurationError(
                _(
                    "parameters: {key} must be a list of at least two, the input and the "
                    "output; found {found!r}.",
                    key=key,
                    found=value,
                )
            )
    if not len(sizes) == len(activations) == len(names):
        raise ConfigurationError(
            _(
                "parameters: LAYER_SIZES ({sizes}), LAYER_ACTS ({activations}) and "
                "LAYER_NAMES ({names}) must be of one length.",
                sizes=len(sizes),
                activations=len(activations),
                names=len(names),
            )
        )
    layers = [
        {"name": "dense", "units": units, "activation": _activation(word)}
        for units, word in zip(sizes[1:], activations[1:], strict=True)
    ]
    return sizes, layers


def _activation(word: Any) -> str:
    if str(word).lower() == "custom_function":
        raise ConfigurationError(
            _(
                "parameters: LAYER_ACTS names 'custom_function', whose formula is not in "
                "the file: replace it by one of {names}.",
                names=listed(ACTIVATIONS.names),
            )
        )
    if not isinstance(word, str):
        raise ConfigurationError(
            _("parameters: LAYER_ACTS holds {found!r}, not a name.", found=word)
        )
    try:
        ACTIVATIONS.member(word)
    except UnknownNameError as error:
        raise ConfigurationError(_("parameters: LAYER_ACTS: {error}", error=error)) from error
    return word.lower()


def _optimizer(given: Mapping[str, Any]) -> dict[str, Any]:
    name = str(given.get("OPTIMIZER", "sgd")).lower()
    settings = {ours: given[theirs] for theirs, ours in _ADAM.items() if theirs in given}
    if settings and name not in ("adam", "adamw"):
        raise ConfigurationError(
            _(
                "parameters: {key} is Adam's, but OPTIMIZER is {name!r}.",
                key=next(k for k in _ADAM if k in given),
                name=name,
            )
        )
    return {"name": name, "learning_rate": given["LR"], **settings}
