"""Messages in files: kept as data, so that another day they are told in another language.

What a file says is not believed: a template that is none of ours in form is shown as the plain text
beside it.
"""

import math
import re
import string
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from axone.messages import Listed, Message, as_message

_FORMAT = re.compile(r"[<>^]?\d{0,2}[,_]?(\.\d{1,2})?[a-zA-Z%]?")
"""Of figures, wide enough for all of ours: a wider one would fill the memory."""

_DEEPEST = 20
"""Messages within one another."""


def as_data(text: str) -> dict[str, Any]:
    """Return a message as data that JSON holds, its English text beside it.

    Examples
    --------
    >>> from axone.messages import _
    >>> as_data(_("loss {loss:.3g}", loss=0.25))["figures"]
    {'loss': 0.25}
    """
    message = as_message(text)
    data: dict[str, Any] = {"text": message.english, "template": message.template}
    if message.figures:
        data["figures"] = {name: _kept(figure) for name, figure in message.figures.items()}
    if message.plural:
        data["plural"] = message.plural
    if message.code:
        data["code"] = message.code
    return data


def from_data(data: Any) -> Message:
    """Return the message that `as_data` made data of; the plain text of what is no such data.

    Examples
    --------
    >>> from axone.messages import _
    >>> str(from_data(as_data(_("loss {loss:.3g}", loss=0.25))))
    'loss 0.25'
    >>> str(from_data({"text": "as it was", "template": "{x.__class__}", "figures": {"x": 1}}))
    'as it was'
    """
    return _message(data, _DEEPEST)


def _message(data: Any, depth: int) -> Message:
    if not isinstance(data, Mapping):
        return Message(str(data))
    text = Message(str(data.get("text", "")))
    template, plural, code = (str(data.get(key, "")) for key in ("template", "plural", "code"))
    figures = data.get("figures", {})
    if depth == 0 or not isinstance(figures, Mapping):
        return text
    if not (_is_plain(template, figures) and _is_plain(plural, figures)):
        return text
    found = {str(name): _figure(figure, depth - 1) for name, figure in figures.items()}
    if plural and not isinstance(found.get("count"), int):
        return text
    try:
        return Message(template, found, plural, code)
    except (LookupError, ValueError, TypeError, AttributeError):
        return text


def _is_plain(template: str, figures: Mapping[Any, Any]) -> bool:
    """Say whether a template names its figures and nothing within them, in formats of ours."""
    if not figures:
        return True  # shown as it stands, braces and all
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return False
    return all(
        name is None
        or (name in figures and _FORMAT.fullmatch(spec or "") and conversion in (None, "r", "s"))
        for _literal, name, spec, conversion in fields
    )


def _kept(figure: Any) -> Any:
    """Return a figure as JSON has it, wrapped where JSON has none of its kind."""
    if isinstance(figure, Message):
        return {"message": as_data(figure)}
    if isinstance(figure, Listed):
        return {"items": [_kept(item) for item in figure], "separator": _kept(figure.separator)}
    if isinstance(figure, tuple):
        return {"tuple": [_kept(item) for item in figure]}
    if isinstance(figure, Real) and not isinstance(figure, bool | Integral):
        number = float(figure)
        return number if math.isfinite(number) else {"number": str(number)}
    if isinstance(figure, Integral):
        return figure if isinstance(figure, bool) else int(figure)
    return None if figure is None else str(figure)


def _figure(data: Any, depth: int) -> Any:
    if not isinstance(data, Mapping):
        return data if data is None or isinstance(data, bool | int | float) else str(data)
    if depth <= 0:
        return ""
    if "message" in data:
        return _message(data["message"], depth)
    if "number" in data:
        return float(data["number"]) if data["number"] in ("nan", "inf", "-inf") else ""
    items = data.get("items", data.get("tuple", ()))
    found = [_figure(item, depth - 1) for item in items] if isinstance(items, list) else []
    if "items" in data:
        return Listed(found, _figure(data.get("separator", ", "), depth - 1))
    return tuple(found)
