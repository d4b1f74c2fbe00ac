"""Lines of the package's own source, found by a piece of their text within a function."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import axone

Place: TypeAlias = "tuple[Callable[..., Any], str]"
"""A function, and a piece of a line in it; the last `return` where the piece is empty."""

_PACKAGE = Path(axone.__file__).parent


@dataclass(frozen=True)
class SourceLine:
    """A line of source text.

    Attributes
    ----------
    file : str
        Within the package, as ``"layers/dense.py"``.
    line : int
        Its number, from 1.
    text : str
        Without the spaces that it begins with.
    title : str
        Of the function that it stands in: ``"Dense.forward"``.
    """

    file: str
    line: int
    text: str
    title: str

    def to_data(self) -> dict[str, Any]:
        """Describe it as what JSON can hold."""
        return {"file": self.file, "line": self.line, "text": self.text, "title": self.title}


def lines_at(places: Iterable[Place]) -> tuple[SourceLine, ...]:
    """Return the lines at some places; none of what is not the package's own."""
    lines = (_line_of(function, piece) for function, piece in places)
    return tuple(line for line in lines if line is not None)


@lru_cache(maxsize=1024)
def _line_of(function: Callable[..., Any], piece: str) -> SourceLine | None:
    """Look a line up by a piece of its text; the last `return` where none is given.

    None of what is not the package's own, or comes without its source.
    """
    function = inspect.unwrap(function)
    try:
        path = Path(inspect.getsourcefile(function) or "").resolve()
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return None
    if not path.is_relative_to(_PACKAGE.resolve()):
        return None
    place = _last_return(lines) if not piece else _place_of(piece, lines)
    file = path.relative_to(_PACKAGE.resolve()).as_posix()
    return SourceLine(file, first + place, lines[place].strip(), function.__qualname__)


def _place_of(piece: str, lines: Sequence[str]) -> int:
    return next(number for number, line in enumerate(lines) if piece in line)


def _last_return(lines: Sequence[str]) -> int:
    tree = ast.parse(textwrap.dedent("".join(lines)))
    return max(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Return)) - 1
