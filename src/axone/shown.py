"""What came from outside, as people are shown it: short, and no control character obeyed.

A message quotes what was given; that may be a number of a million digits, a list of as many rows,
or a name that a terminal would take for a command. Files hold what was given as it is.
"""

import math
import re
import reprlib
from numbers import Integral
from typing import Any

from axone.bounds import SHOWN_CHARACTERS, SHOWN_DIGITS

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # the terminal's, but for tabulators and new lines
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"  # those that turn the direction of writing
)


def writable(text: str) -> str:
    r"""Return a text that every stream takes: half a character is shown by its code, ``\ud800``."""
    return _SURROGATE.sub(_code, text)


def visible(text: str) -> str:
    r"""Return a text whose control characters are shown by their codes: ``\x1b[31m`` for red.

    New lines and tabulators stay, for messages have them too.

    Examples
    --------
    >>> print(visible("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    return _CONTROL.sub(_code, writable(text))


def _code(found: re.Match[str]) -> str:
    number = ord(found[0])
    # As Python writes them, and JSON too where it leaves them as they are.
    return f"\\x{number:02x}" if number < 0x7F else f"\\u{number:04x}"


def abridged(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Return a text without its middle if it is long."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


def as_text(value: Any) -> str:
    """Return `str` of a value, abridged; its type where it has none."""
    try:
        return abridged(str(value))
    except Exception:
        return f"<{type(value).__name__}>"


def as_quoted(value: Any) -> str:
    """Return `repr` of a value, abridged, without looking at more of it than is shown."""
    return abridged(_QUOTED.repr(value))


def is_long(number: Any) -> bool:
    """Whether a number has more digits than anyone reads; Python writes none of thousands."""
    whole = (getattr(number, part, 0) for part in ("numerator", "denominator"))
    return any(
        isinstance(part, Integral) and int(part).bit_length() > SHOWN_DIGITS * 10 // 3
        for part in whole
    )


class _Quoted(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = 20
        self.maxstring = self.maxother = SHOWN_CHARACTERS

    def repr_int(self, number: int, level: int) -> str:
        """Show a long number by its size."""
        if not is_long(number):
            return repr(number)
        exponent, rest = divmod(math.log10(abs(number)), 1)
        return f"{'-' if number < 0 else ''}{10**rest:.4g}e+{exponent:.0f}"

    def repr_instance(self, value: Any, level: int) -> str:
        """Show an object as it describes itself; its type where it cannot."""
        try:
            return abridged(repr(value))
        except Exception:
            return f"<{type(value).__name__}>"


_QUOTED = _Quoted()
