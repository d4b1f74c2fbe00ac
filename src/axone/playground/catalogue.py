"""What the page may offer: every member of every table with its settings, read from the tables.

Nothing is listed here by hand, so that a new layer, optimiser, schedule, loss or dataset is in the
page's forms at once.
"""

import dataclasses
import re
import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from axone.activations import ACTIVATIONS, ActivationFunction
from axone.augmentation import AUGMENTATIONS
from axone.data import SCALINGS, DatasetInfo, load_dataset
from axone.data.generated import GENERATORS
from axone.data.generator_options import Amount, Count, Option, Word
from axone.data.reading import CHOICES
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.initializers import INITIALIZERS, Initializer
from axone.layers import LAYERS
from axone.layers.cells import CELLS, Cell
from axone.losses import LOSSES
from axone.messages import Listed
from axone.optimizers import OPTIMIZERS
from axone.playground.sources import UPLOAD, Sources
from axone.presets import PRESETS
from axone.registry import Registry, plain
from axone.schedules import SCHEDULES, Schedule

FAMILIES: Final[Mapping[str, Registry[Any]]] = {
    "layers": LAYERS,
    "cells": CELLS,
    "activations": ACTIVATIONS,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "losses": LOSSES,
    "initializers": INITIALIZERS,
    "scalings": SCALINGS,
    "augmentations": AUGMENTATIONS,
}

_FAMILY_OF: Final[Mapping[type, str]] = {
    ActivationFunction: "activations",
    Initializer: "initializers",
    Cell: "cells",
    Schedule: "schedules",
}
"""Of settings that are members of another table."""

_KINDS: Final = {bool: "bool", int: "int", float: "float", str: "text"}

_START: Final[Mapping[str, Any]] = {
    "units": 8,
    "channels": 8,
    "kernel_size": 3,
    "rate": 0.2,
    "standard_deviation": 0.1,
    "shape": [1, 8],
    "vocabulary_size": 256,
    "dimension": 16,
    "heads": 2,
    "cell": {"name": "lstm", "units": 16},
    "function": "relu",
    "formula": "z * sigmoid(z)",
}
"""What a page begins with where a setting has no default."""

_PREVIEWED: Final = 150
"""Points of a generated set that show what it looks like."""

_WHERE: Final = {"built in": "built_in", "generated": "generated", "data home": "home"}


def catalogue(sources: Sources | None = None) -> dict[str, Any]:
    """Return what the page may offer, as JSON holds it.

    Parameters
    ----------
    sources : Sources, optional
        What the page may load; every set that is here if left out.
    """
    loadable = Sources() if sources is None else sources
    return {
        "datasets": [
            *(_dataset(info) for info in loadable.known() if info.where in _WHERE),
            *(_uploaded(name) for name in loadable.files),
        ],
        "presets": [
            {"name": preset.name, "title": str(preset.summary), "kinds": list(preset.takes)}
            for preset in PRESETS.values()
        ],
        "column_choices": list(CHOICES),
        **{family: members(registry) for family, registry in FAMILIES.items()},
    }


def members(registry: Registry[Any]) -> list[dict[str, Any]]:
    """Return every member of a table with its settings."""
    return [
        {
            "name": name,
            "settings": [_setting(registry.member(name), f) for f in registry.settings(name)],
        }
        for name in registry
    ]


def _setting(member: type, field: "dataclasses.Field[Any]") -> dict[str, Any]:
    annotation = get_type_hints(member).get(field.name, Any)
    options = [each for each in _options(annotation) if each is not type(None)]
    described: dict[str, Any] = {"name": field.name, **_kind(options)}
    if len(options) < len(_options(annotation)):
        described["optional"] = True
    if field.default is not dataclasses.MISSING:
        described["default"] = plain(field.default)
    elif field.default_factory is not dataclasses.MISSING:
        described["default"] = plain(field.default_factory())
    else:
        described |= {"required": True, "default": None, "start": _START.get(field.name)}
    if described["kind"] == "text" and (words := _words(member, field.name)):
        described |= {"kind": "choice", "choices": words}
    return described


def _options(annotation: Any) -> tuple[Any, ...]:
    """Return the kinds of which a setting may be one."""
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


def _kind(options: Sequence[Any]) -> dict[str, Any]:
    """Return the kind of a control for a setting of these types."""
    for option in options:
        origin = get_origin(option) or option
        family = next((_FAMILY_OF[base] for base in _FAMILY_OF if base is origin), None)
        if family is not None:
            return {"kind": "member", "of": family}
        if origin is Literal:
            return {"kind": "choice", "choices": list(get_args(option))}
    if len(options) == 1 and options[0] in _KINDS:
        return {"kind": _KINDS[options[0]]}
    if any(get_origin(option) is tuple for option in options):
        return {"kind": "layers"}
    return {"kind": "list"}


def _words(member: type, setting: str) -> list[str]:
    """Return the words that a setting may be, as its member's own check names them."""
    try:
        member(**{setting: "?"})
    except ConfigurationError as error:
        allowed = error.message.figures.get("allowed")
        return [str(word) for word in allowed] if isinstance(allowed, Listed) else []
    except (ArgumentTypeError, TypeError):
        return []  # other settings are missing: any text may do
    return []


@cache
def _dataset(info: DatasetInfo) -> dict[str, Any]:
    options = GENERATORS[info.name].options if info.name in GENERATORS else {}
    return {
        "name": info.name,
        "task": info.task,
        "kind": _WHERE[info.where],
        "rows": info.rows,
        "features": info.features,
        "classes": info.classes,
        "flat": re.fullmatch(r"\d+( columns)?", info.features) is not None,
        "preview": _preview(info),
        "options": [_option(*named) for named in options.items()],
    }


def _uploaded(name: str) -> dict[str, Any]:
    """Describe a file, of which no more is known before it is read."""
    return {
        "name": UPLOAD + name,
        "task": "",
        "kind": "upload",
        "rows": None,
        "features": "",
        "classes": None,
        "flat": True,
        "preview": None,
        "options": [],
    }


def _preview(info: DatasetInfo) -> list[list[float]] | None:
    """Return points of a set in the plane, ``[x, y, target]`` within 0 … 1, to draw it small."""
    if info.where != "generated" or info.features != "2":
        return None
    rows = max(4, min(_PREVIEWED, info.rows or 0))
    dataset = load_dataset(info.name, options={"rows": rows})
    columns = np.column_stack([np.asarray(dataset.X, float), np.asarray(dataset.y, float)])
    low, high = columns.min(axis=0), columns.max(axis=0)
    return np.round((columns - low) / np.where(high > low, high - low, 1), 3).tolist()


def _option(name: str, option: Option) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "default": plain(option.default)}
    match option:
        case Count(least=least, most=most):
            return described | {"kind": "int", "least": least, "most": most}
        case Amount(below=below):
            return described | {"kind": "float", "least": 0, "below": below}
        case Word(allowed=allowed):
            return described | {"kind": "choice", "choices": list(allowed)}
        case _:
            return described | {"kind": "list"}
