"""Python source as text: values, calls that break over lines, comments.

Every value from outside, a path or a column's name, comes through `value`, which is `repr`: nothing
of a user's text is ever source.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from axone.layers import Residual
from axone.messages import Message
from axone.registry import plain

WIDTH = 88
"""Columns of a line: what formatters of Python source take for granted."""


def value(given: Any) -> str:
    """Return a value as Python reads it back, texts in double quotes where that is as short.

    Examples
    --------
    >>> value({"rows": 500, "range": [0, 50]})
    '{"rows": 500, "range": [0, 50]}'
    >>> value('"); import os')
    '\\'"); import os\\''
    """
    if isinstance(given, Mapping):
        pairs = (f"{value(key)}: {value(item)}" for key, item in given.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(given, list):
        return "[" + ", ".join(map(value, given)) + "]"
    if isinstance(given, tuple):
        return "(" + ", ".join(map(value, given)) + ("," if len(given) == 1 else "") + ")"
    if isinstance(given, str):
        text = repr(given)
        plainly = text[0] == "'" and '"' not in text and "\\'" not in text
        return f'"{text[1:-1]}"' if plainly else text
    return repr(given)


def named(**settings: Any) -> list[str]:
    """Return keyword arguments of a call.

    Examples
    --------
    >>> named(seed=0, name="iris")
    ['seed=0', 'name="iris"']
    """
    return [f"{name}={value(setting)}" for name, setting in settings.items()]


def call(head: str, arguments: Sequence[str], before: str = "", *, broken: bool = False) -> str:
    """Return a call, on one line where it fits, its arguments on one, or an argument a line.

    Parameters
    ----------
    head : str
        The function: ``"ax.Dense"``.
    arguments : sequence of str
        Source, as it is.
    before : str
        What stands before the call on its first line, its indentation included.
    broken : bool
        Whether to break it in any case.

    Examples
    --------
    >>> call("f", ["1", "b=2"], "x = ")
    'x = f(1, b=2)'
    """
    line = f"{before}{head}({', '.join(arguments)})"
    if not arguments or (not broken and len(line) <= WIDTH and "\n" not in line):
        return line
    margin = " " * (len(before) - len(before.lstrip()))
    together = f"{margin}    {', '.join(arguments)}"
    if not broken and len(together) <= WIDTH and "\n" not in together:
        return f"{before}{head}(\n{together}\n{margin})"
    inner = (textwrap.indent(argument, margin + "    ") + ",\n" for argument in arguments)
    return f"{before}{head}(\n{''.join(inner)}{margin})"


def comment(*sentences: Message | str, margin: str = "") -> str:
    """Return sentences as comments, wrapped; a line break in them ends no comment."""
    text = " ".join(str(sentence) for sentence in sentences)
    lines = textwrap.wrap(text, WIDTH - len(margin) - 2, break_long_words=False)
    return "\n".join(f"{margin}# {line}" for line in lines)


def lines_of(blocks: Iterable[str]) -> str:
    """Join blocks of source, an empty line between them, around classes two."""
    text = "\n\n".join(block for block in blocks if block)
    return re.sub(r"\n{4,}", "\n\n\n", text) + "\n"


def described(thing: Any, room: str = "ax.") -> str:
    """Return the call that makes a description: ``'ax.Dense(64, "relu")'``.

    Settings that are as by default are left out; activations, initialisers and the like are written
    by their names.
    """
    if isinstance(thing, Residual):
        return _residual(thing, room)
    arguments, in_place = [], True
    for field in fields(thing):
        given = getattr(thing, field.name)
        default = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        if not field.init or (default is not MISSING and given == default):
            in_place = False
            continue
        # What a layer cannot do without, and its activation, are read without their names.
        by_place = in_place and (default is MISSING or field.name == "activation")
        in_place = by_place
        arguments.append(value(plain(given)) if by_place else f"{field.name}={value(plain(given))}")
    return call(f"{room}{type(thing).__name__}", arguments)


def _residual(block: Residual, room: str) -> str:
    """Return a block with its layers as they are given, one after another."""
    words = [described(layer, room) for layer in block.layers]
    if block.shortcut:
        short = call("", [described(layer, room) for layer in block.shortcut], broken=True)
        words.append(f"shortcut={short}")
    return call(f"{room}Residual", words, broken=True)
