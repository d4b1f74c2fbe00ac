"""What other libraries say of a wrong value, in the language in use.

They make their sentences in English, so one is recognised by its pattern here and said anew, with
the same figures. One that is not recognised stays as it is.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from axone.messages import Message, _, as_message, listed

_OF_PYDANTIC = (
    _("Field required"),
    _("Extra inputs are not permitted"),
    _("Input should be None"),
    _("Input should be a valid string"),
    _("Input should be a valid boolean"),
    _("Input should be a valid boolean, unable to interpret input"),
    _("Input should be a valid integer"),
    _("Input should be a valid integer, unable to parse string as an integer"),
    _("Input should be a valid integer, got a number with a fractional part"),
    _("Unable to parse input string as an integer, exceeded maximum size"),
    _("Input should be a valid number"),
    _("Input should be a valid number, unable to parse string as a number"),
    _("Input should be a finite number"),
    _("Input should be a valid list"),
    _("Input should be a valid tuple"),
    _("Input should be a valid dictionary"),
    _("Input should be a valid dictionary or instance of {name}", name=""),
    _("Input should be greater than or equal to {bound}", bound=""),
    _("Input should be less than or equal to {bound}", bound=""),
    _("Input should be greater than {bound}", bound=""),
    _("Input should be less than {bound}", bound=""),
    _("Input should be {choices}", choices=""),
    _("List should have at least {least} item after validation, not {found}", least="", found=""),
    _("List should have at least {least} items after validation, not {found}", least="", found=""),
    _("List should have at most {most} item after validation, not {found}", most="", found=""),
    _("List should have at most {most} items after validation, not {found}", most="", found=""),
    _("String should have at least {least} character", least=""),
    _("String should have at least {least} characters", least=""),
    _("Value error, {cause}", cause=""),
)

_FIGURES = {"choices": r"'.+'", "bound": r"-?[\d.e+-]+|inf"}
"""Patterns of figures by name, where anything at all would be too much."""


def said_anew(english: str, patterns: Sequence[Message] = ()) -> Message:
    """Return what a library says, to be shown in the language in use.

    Parameters
    ----------
    english : str
        Its sentence.
    patterns : sequence of Message, optional
        Messages as it has them besides those of Pydantic, the first that fits before others. A
        figure ``cause`` is such a sentence itself, ``choices`` are names in quotation marks.

    Examples
    --------
    >>> said_anew("Input should be 'a', 'b' or 'c'").template
    'Input should be {choices}'
    """
    for template in (message.template for message in (*patterns, *_OF_PYDANTIC)):
        if found := _pattern(template).fullmatch(english):
            figures: dict[str, Any] = found.groupdict()
            if "cause" in figures:
                figures["cause"] = said_anew(figures["cause"], patterns)
            if " or " in figures.get("choices", ""):
                first, _or, last = figures["choices"].rpartition(" or ")
                names = listed(first.split(", "))
                figures["choices"] = _("{names} or {last}", names=names, last=last)
            return Message(template, figures)
    return as_message(english)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    words = re.split(r"\{(\w+)\}", template)
    parts = (
        f"(?P<{word}>{_FIGURES.get(word, '.+?')})" if at % 2 else re.escape(word)
        for at, word in enumerate(words)
    )
    return re.compile("".join(parts), re.DOTALL)
