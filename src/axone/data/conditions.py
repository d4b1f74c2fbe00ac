"""Conditions, read from their text: `digit == 5`, `price > 100`, `"day of birth" <= 2000-01-01`.

A condition is a name, a sign and a value, read by a grammar of its own and never run as code. It
makes two classes of a target or a column, what is true and what is not, and stands in the
experiment and in the model as the text that it is, so that labelled rows are judged alike later.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from axone.errors import ConfigurationError
from axone.messages import _

_OPPOSITES = {"==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<="}

_CONDITION = re.compile(
    r"""\s*(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)'|(?P<plain>[^<>=!"']+?))\s*"""
    r"""(?P<sign>==|!=|<=|>=|<|>)(?!=)\s*(?P<value>.*?)\s*""",
    re.DOTALL,
)
_SINGLE_EQUALS = re.compile(r"[^<>=!]+=[^=].*", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """What is to be told apart: rows of which it is true, and the others.

    Attributes
    ----------
    name : str
        A column's, or the target's.
    sign : {"==", "!=", "<", "<=", ">", ">="}
    value : str
        As it was written, without quotes.
    """

    name: str
    sign: str
    value: str

    @property
    def text(self) -> str:
        """The condition as it is read again."""
        return f"{_name_in_quotes(self.name)} {self.sign} {_value_in_quotes(self.value)}"

    @property
    def class_names(self) -> tuple[str, str]:
        """The two classes: what is not true, and what is."""
        opposite = Condition(self.name, _OPPOSITES[self.sign], self.value)
        return opposite.text, self.text


def condition_of(target: str | None, columns: Iterable[object] = ()) -> Condition | None:
    """Read the text of a target; None where it is the name of a column, or no comparison.

    Parameters
    ----------
    target : str or None
        ``digit == 5``. A name that holds a sign of comparison or a quote stands in quotes; so may
        any name, and any value.
    columns : iterable
        Names that go before: a column may be called ``a > b``.

    Raises
    ------
    ConfigurationError
        A single ``=``, or no value.

    Examples
    --------
    >>> condition_of("digit == 5")
    Condition(name='digit', sign='==', value='5')
    >>> condition_of("'living area (m²)' >= 100").class_names
    ('living area (m²) < 100', 'living area (m²) >= 100')
    >>> condition_of("price") is None
    True
    """
    if target is None or target in columns:
        return None
    found = _CONDITION.fullmatch(target)
    if found is None:
        if _SINGLE_EQUALS.fullmatch(target):
            raise ConfigurationError(
                _("The target {target!r}: to compare, write ==, not =.", target=target)
            )
        return None
    name = found["double"] or found["single"] or found["plain"].strip()
    value = found["value"]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if not value:
        raise ConfigurationError(
            _(
                "The target {target!r} compares with nothing: write a value after {sign}, such as "
                "digit == 5.",
                target=target,
                sign=found["sign"],
            )
        )
    return Condition(name, found["sign"], value)


def _name_in_quotes(name: str) -> str:
    """Put a name that would be read otherwise into quotes."""
    if name == name.strip() and not re.search("[<>=!\"']", name):
        return name
    return _in_quotes(name)


def _value_in_quotes(value: str) -> str:
    """Put a value that would be read otherwise into quotes."""
    if value == value.strip() and value[0] not in "=\"'":
        return value
    return _in_quotes(value)


def _in_quotes(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
