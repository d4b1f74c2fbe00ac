"""Questions of the page, checked before anybody looks at them: small, flat, plain JSON.

What is no question at all ends the connection; what is one, but holds what no answer needs, is
refused in words under its own number.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from axone.errors import ConfigurationError
from axone.messages import _
from axone.playground.limits import DEEPEST_QUESTION, LONGEST_NUMBER, TEXT_BYTES

_NAME = re.compile(r"[a-z][a-z_]{0,31}")
_HALF = re.compile("[\ud800-\udfff]")
_LARGEST_ID = 2**53  # JavaScript counts no further


class NoQuestionError(ValueError):
    """A message that cannot be answered, for nobody knows what it asks."""


@dataclass(frozen=True)
class Question:
    """What the page asked.

    Attributes
    ----------
    id : int
        The page's number of it.
    ask : str
        What is asked: ``"design"``.
    fields : dict
        The rest.
    wrong : ConfigurationError or None
        Why it is not handed on.
    """

    id: int
    ask: str
    fields: dict[str, Any]
    wrong: ConfigurationError | None = None


def question(text: str) -> Question:
    """Read a question.

    Raises
    ------
    NoQuestionError
        It is no JSON object, or has no number and no name.
    """
    # uvicorn has counted as well; a test client or another server may not.
    if len(text) > TEXT_BYTES:
        raise NoQuestionError("too long")
    found = _read(text)
    if not isinstance(found, dict):
        raise NoQuestionError("no object")
    number, ask = found.pop("id", None), found.pop("ask", None)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= _LARGEST_ID:
        raise NoQuestionError("no id")
    if not isinstance(ask, str) or not _NAME.fullmatch(ask):
        return Question(number, "", {}, ConfigurationError(_("Nobody knows this question.")))
    return Question(number, ask, found, _wrong(found))


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_whole, parse_float=_real, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise NoQuestionError(str(error)) from error


def _whole(digits: str) -> int | float:
    # A longer one would take quadratic time; as a float it is refused below, under its question.
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _real(digits: str) -> float:
    return float(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _constant(name: str) -> float:
    return float(name)


def _wrong(fields: dict[str, Any]) -> ConfigurationError | None:
    """Say what of the fields no answer needs, if anything is."""
    if "internal" in fields:
        return ConfigurationError(_("A page may not ask that."))
    for depth, value in _values(fields):
        if depth > DEEPEST_QUESTION:
            return ConfigurationError(
                _("Objects and lists may lie at most {most} deep.", most=DEEPEST_QUESTION)
            )
        if isinstance(value, float) and not math.isfinite(value):
            return ConfigurationError(
                _(
                    "A number is not finite, or has more than {most} characters.",
                    most=LONGEST_NUMBER,
                )
            )
        if isinstance(value, str) and _HALF.search(value):
            return ConfigurationError(_("A text holds half a character (a lone surrogate)."))
    return None


def _values(fields: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield every value and every key with its depth, without recursion."""
    ahead: list[tuple[int, Any]] = [(0, fields)]
    while ahead:
        depth, value = ahead.pop()
        yield depth, value
        if depth > DEEPEST_QUESTION:
            return
        if isinstance(value, dict):
            ahead += [(depth + 1, each) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            ahead += [(depth + 1, each) for each in value]
