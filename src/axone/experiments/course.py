"""The course's parameter files, read as they are: one JSON object under "parameters".

Two forms exist, for classification (`ACC_PATIENCE`) and for regression (`R2_PATIENCE`); both become
an experiment, whose messages go on speaking of the file's own keys. Two keys are ours, for what the
course's files leave open: `CUSTOM_FUNCTION` names the activation that stands in for the course's
own, whose formula is not in the file, and `TARGET_SCALING` how a regression learns its target.
"""

from collections.abc import Mapping
from typing import Any

from axone.activations import ACTIVATIONS
from axone.errors import ConfigurationError, UnknownNameError
from axone.messages import _, listed

ORIGINS = {
    "data": "NPZ_DATASET",
    "data.target_scaling": "TARGET_SCALING",
    "network.layers": "LAYER_SIZES, LAYER_ACTS",
    "network.input_size": "LAYER_SIZES",
    "network.layer_names": "LAYER_NAMES",
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
    "CUSTOM_FUNCTION",
    "TARGET_SCALING",
)
_ADAM = {"ADAM_BETA1": "beta_1", "ADAM_BETA2": "beta_2", "ADAM_EPS": "epsilon"}


_CUSTOM = "custom_function"
"""The course's word for an activation of its own."""

_TABLE = "parameters"


def is_course_file(content: Mapping[str, Any]) -> bool:
    """Whether a JSON file has the course's form."""
    return isinstance(content.get(_TABLE), Mapping)


def from_course(content: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the course's parameters into the data of an experiment.

    The split is 70/30 with no test rows, the optimiser plain SGD unless named, GRAD_CLIP a bound on
    the gradient's global norm. The target of a regression is standardised by the training rows, as
    everywhere in Axone: learning rate, clipping and loss tolerance then mean the same whatever its
    unit. The course learns it in its own units: `TARGET_SCALING` "none" does.

    Raises
    ------
    ConfigurationError
        A missing or unknown key, lists of different lengths, an unknown activation, one of the
        course's own without `CUSTOM_FUNCTION`.
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
            "target_scaling": given.get("TARGET_SCALING", "standard"),
        },
        "network": {
            "input_size": sizes[0],
            "layers": layers,
            "layer_names": given.get("LAYER_NAMES"),
        },
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
    custom = _stand_in(given)
    layers = [
        {"name": "dense", "units": units, "activation": _activation(word, custom)}
        for units, word in zip(sizes[1:], activations[1:], strict=True)
    ]
    return sizes, layers


def _stand_in(given: Mapping[str, Any]) -> str | None:
    """Return the activation that stands in for one of the course's own, where there is one.

    Raises
    ------
    ConfigurationError
        There is one and nothing stands in for it, or the other way round.
    """
    is_named = any(str(word).lower() == _CUSTOM for word in given["LAYER_ACTS"][1:])
    stand_in = given.get("CUSTOM_FUNCTION")
    if is_named and stand_in is None:
        raise ConfigurationError(
            _(
                "parameters: LAYER_ACTS names 'custom_function', whose formula is not in the "
                'file: add the key CUSTOM_FUNCTION with the formula, such as "z * sigmoid(1.5*z)", '
                "or with the name of what stands in for it. Allowed names: {names}.",
                names=listed(ACTIVATIONS.names),
            )
        )
    if stand_in is None:
        return None
    if not is_named:
        raise ConfigurationError(
            _(
                "parameters: CUSTOM_FUNCTION is {found!r}, but LAYER_ACTS names no "
                "'custom_function' for which it would stand: name it there, or leave the key out.",
                found=stand_in,
            )
        )
    return _known_activation(stand_in, "CUSTOM_FUNCTION")


def _activation(word: Any, custom: str | None) -> str:
    if custom is not None and str(word).lower() == _CUSTOM:
        return custom
    return _known_activation(word, "LAYER_ACTS")


def _known_activation(word: Any, key: str) -> str:
    if not isinstance(word, str):
        raise ConfigurationError(
            _("parameters: {key} holds {found!r}, not a name.", key=key, found=word)
        )
    try:
        ACTIVATIONS.resolve(word)
    except ConfigurationError as error:
        raise ConfigurationError(_("parameters: {key}: {error}", key=key, error=error)) from error
    return word.lower() if ACTIVATIONS.knows(word) else word  # a formula


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
