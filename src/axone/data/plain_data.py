"""Descriptions as plain data and back: what a model file holds of its preprocessing.

A model file comes from anywhere, so what is read is validated field by field (by pydantic) before
any of it is used.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, TypeVar

from axone.errors import ModelFileError
from axone.libraries import said_anew
from axone.messages import _

Described = TypeVar("Described")


class PlainData:
    """A frozen dataclass whose fields JSON can hold: no unknown fields, no NaN, no infinity."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "allow_inf_nan": False}


def write_data(described: Any) -> Any:
    """Write a dataclass of plain fields as what JSON can hold."""
    from pydantic import TypeAdapter

    return TypeAdapter(type(described)).dump_python(described, mode="json")


def read_data(kind: type[Described], data: object, what: str) -> Described:
    """Build a dataclass from what JSON held, the inverse of `write_data`.

    Parameters
    ----------
    kind : type
        The dataclass.
    data : object
        Anything at all.
    what : str
        What it should have been, for the message.

    Raises
    ------
    ModelFileError
        A field is missing, though the dataclass had a default for it, unknown, of another type or
        out of bounds; the message names it.
    """
    from pydantic import TypeAdapter, ValidationError

    # No type says "any dataclass".
    for each in fields(kind):  # type: ignore[arg-type]
        if isinstance(data, Mapping) and each.name not in data:
            raise _missing(what, each.name)
    try:
        # As JSON, where lists stand for tuples, but "3" for no number and 1 for no truth.
        return TypeAdapter(kind).validate_json(json.dumps(data, default=repr), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or _("the whole")
        raise ModelFileError(
            _(
                "The {what} in this model file is damaged: {place}: {fault} (found "
                "{found!r}). Save or fetch the model again.",
                what=what,
                place=place,
                fault=said_anew(first["msg"]),
                found=str(first["input"])[:80],
            )
        ) from error


def read_whole_data(kind: type[Described], data: object, what: str) -> Described:
    """Build a dataclass as `read_data` does, of which no part within may lack a key either.

    Raises
    ------
    ModelFileError
        As `read_data`; a field of a description within is missing.
    """
    read = read_data(kind, data, what)
    lacking = _lacking(write_data(read), data)
    if lacking:
        raise _missing(what, lacking)
    return read


def _lacking(written: Any, data: object) -> str:
    """Return the first key that a description has when it is written, and what was read had not."""
    if isinstance(written, Mapping) and isinstance(data, Mapping):
        missing = next((str(name) for name in written if name not in data), "")
        return missing or next(
            filter(None, (_lacking(written[key], data[key]) for key in data)), ""
        )
    if isinstance(written, list) and isinstance(data, list | tuple):
        return next(filter(None, map(_lacking, written, data)), "")
    return ""


def _missing(what: str, name: str) -> ModelFileError:
    return ModelFileError(
        _(
            "The {what} in this model file is damaged: {name} is missing. Save or fetch the model "
            "again.",
            what=what,
            name=name,
        )
    )
