"""Which settings of an experiment may vary, by their dotted names, and why the others may not."""

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments.schema import ExperimentData
from axone.messages import Message, _, any_of
from axone.optimizers import OPTIMIZERS
from axone.registry import Registry
from axone.schedules import SCHEDULES

_TABLES: dict[str, Registry[Any]] = {
    "training.optimizer": OPTIMIZERS,
    "training.schedule": SCHEDULES,
}
"""Settings that have settings of their own, which may vary too."""


_FIXED: dict[str, Message] = {
    "seed": _("it decides the folds, so that scores of two seeds cannot be compared"),
    "dtype": _("it is the precision of the whole search"),
    "engine": _("which one computes changes roundings, not results"),
    "threads": _("how many there are changes no bit of a result"),
    "network.input_size": _("it is what the data have"),
    "training.calibrate": _("a trial is judged before its probabilities are calibrated"),
    "tuning": _("it describes the search itself"),
}
"""What a search leaves alone, and why: it would change the question or the machinery, not the
answer."""


OF_DATA = ("data.scaling", "data.target_scaling")
"""The settings of the data that vary; both know a rule that is called none."""


def settings_that_vary() -> dict[str, bool]:
    """Return the full name of every setting that a search may vary, and whether it is a whole one.

    Settings of optimisers and schedules are among them, for whichever has them.
    """
    names = {
        name: integer
        for name, integer in _leaves(ExperimentData, "")
        if not _reason_against(name) and (not name.startswith("data.") or name in OF_DATA)
    }
    for owner, registry in _TABLES.items():
        for member in registry:
            for field in registry.settings(member):
                names[f"{owner}.{field.name}"] = field.type in (int, "int")
    return names


def _reason_against(name: str) -> Message | None:
    """Return why a setting does not vary; None where it does."""
    return next((why for fixed, why in _FIXED.items() if f"{name}.".startswith(f"{fixed}.")), None)


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
            _(
                "{where}: {given!r} may be {names}: write it in full.",
                where=where,
                given=given,
                names=any_of(ends),
            )
        )
    fixed = [name for name, _whole in _leaves(ExperimentData, "") if _reason_against(name)]
    meant = next((name for name in fixed if f".{name}".endswith(f".{wanted}")), None)
    if not ends and meant is not None:
        raise ConfigurationError(
            _(
                "{where}: {name} does not vary: {reason}. Set it for the whole "
                "search in the experiment.",
                where=where,
                name=meant,
                reason=_reason_against(meant),
            )
        )
    if not ends:
        short = [name.rpartition(".")[2] for name in names]
        allowed = [n if short.count(s) > 1 else s for n, s in zip(names, short, strict=True)]
        raise UnknownNameError(_("setting to vary"), given, allowed, where=where)
    return ends[0]
