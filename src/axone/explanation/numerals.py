"""How numbers, workings and cells are written for people: few digits, true minus signs.

Numbers are written as the language in use writes them.
"""

import math
from itertools import pairwise

from axone.arrays import FloatArray
from axone.messages import _, in_marks_of_language
from axone.traced import Part, Rest, Working

MINUS = "\N{MINUS SIGN}"


def numeral(number: float, digits: int = 4) -> str:
    """Write a number with so many significant digits.

    Examples
    --------
    >>> numeral(-0.361049, 4), numeral(70.0), numeral(1e-8), numeral(float("nan"))
    ('−0.361', '70', '1e-8', 'nan')
    """
    if not math.isfinite(number):
        return f"{number:g}".replace("-", MINUS)
    if number == int(number) and abs(number) < 10 ** max(digits, 6):
        text = str(int(number))
    else:
        text = f"{number:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    if e:
        text = f"{mantissa}e{int(exponent)}"
    text = in_marks_of_language(text)
    return MINUS + text[1:] if text.startswith("-") else text


def written(working: Working, digits: int = 4) -> str:
    """Write a working on a line; a negative number after an operator stands in brackets.

    Examples
    --------
    >>> written((0.2, "·", 2.0, " + ", -0.5, "·", -3.0, " + ", 0.1))
    '0.2·2 − 0.5·(−3) + 0.1'
    """
    text = ""
    # Where decimals follow a comma, a semicolon parts the numbers of a list.
    comma = "; " if in_marks_of_language(".") == "," else ", "
    parts = [part.replace(", ", comma) if isinstance(part, str) else part for part in working]
    for part, then in pairwise([*parts, ""]):
        if isinstance(part, str):
            text += part
        elif isinstance(part, Rest):
            more = _("{terms:,} more", terms=part.terms)
            text += f"[{more}: {numeral(part.total, digits)}]"
        else:
            text = _appended(text, numeral(part, digits), then)
    return text


def _appended(text: str, number: str, then: Part) -> str:
    """Append a number where its sign allows, in brackets where it would be misread."""
    powered = isinstance(then, str) and then.startswith(("²", "^"))
    if number.startswith(MINUS):
        if text.endswith(" + ") and not powered:
            return f"{text[:-2]}{MINUS} {number[1:]}"
        if (text and not text.endswith(("(", ", ", "; ", "|", "▸"))) or powered:
            return f"{text}({number})"
    return text + number


def as_table(array: FloatArray) -> FloatArray:
    """Return an array in two axes: the last one across, all others down.

    Examples
    --------
    >>> import numpy as np
    >>> as_table(np.ones((2, 3, 4))).shape, as_table(np.ones(4)).shape, as_table(np.ones(())).shape
    ((6, 4), (1, 4), (1, 1))
    """
    return array.reshape(math.prod(array.shape[:-1]), *(array.shape[-1:] or (1,)))


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def cell_name(symbol: str, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Name a cell, counted from 1; of a single row the row's number is left out.

    Examples
    --------
    >>> cell_name("z", (0, 1), (1, 3)), cell_name("∂L/∂W", (0, 1), (3, 4))
    ('z₂', '∂L/∂W[1,2]')
    """
    places = [place + 1 for place in index]
    if len(places) > 1 and shape[0] == 1:
        places = places[1:]
    if len(places) == 1 and symbol[-1:].isalpha() and (len(symbol) == 1 or "/" in symbol):
        return symbol + str(places[0]).translate(_SUBSCRIPTS)
    return f"{symbol}[{','.join(map(str, places))}]"
