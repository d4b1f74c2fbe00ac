"""The options of generated datasets and of series: what each may be, and the check that it is so.

An option is a description; it checks a value of a file, of the command line or of Python, and
returns it as the generator takes it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axone.checks import check_choice, check_integer, check_number
from axone.errors import ArgumentTypeError, AxoneError, ConfigurationError, UnknownNameError
from axone.messages import Message, _, listed

MOST_ROWS = 10_000_000
"""More rows of two features than anyone has use for here; they take 160 MB."""

_LARGEST = 1_000_000
"""Of the integers of a range, either side of 0: products stay exact in float64."""


@dataclass(frozen=True)
class Option(ABC):
    """An option of a generator.

    Attributes
    ----------
    default : object
    """

    default: Any

    @abstractmethod
    def checked(self, name: str, given: Any) -> Any:
        """Return a value as the generator takes it.

        Raises
        ------
        ConfigurationError, ArgumentTypeError
            It is not allowed; the message begins with `name`.
        """

    @abstractmethod
    def described(self) -> Message:
        """Say what is allowed."""


@dataclass(frozen=True)
class Count(Option):
    """A whole number within bounds."""

    least: int
    most: int = MOST_ROWS

    def checked(self, name: str, given: Any) -> int:
        check_integer(name, given, at_least=self.least)
        check_number(name, given, at_most=self.most)
        return int(given)

    def described(self) -> Message:
        return _("{least:,} to {most:,}", least=self.least, most=self.most)


@dataclass(frozen=True)
class Amount(Option):
    """A finite number of at least 0, and below a bound where there is one."""

    below: float | None = None

    def checked(self, name: str, given: Any) -> float:
        check_number(name, given, at_least=0, below=self.below)
        return float(given)

    def described(self) -> Message:
        if self.below is None:
            return _("0 or more")
        return _("from 0 to below {bound:g}", bound=self.below)


@dataclass(frozen=True)
class Word(Option):
    """One of a few words."""

    allowed: tuple[str, ...]

    def checked(self, name: str, given: Any) -> str:
        check_choice(name, given, self.allowed)
        return str(given)

    def described(self) -> Message:
        return _("{words}", words=listed(self.allowed))


@dataclass(frozen=True)
class IntegerRange(Option):
    """Integers from a lowest to a highest: ``[low, high]``, or ``high`` alone for 0 … high."""

    def checked(self, name: str, given: Any) -> tuple[int, int]:
        is_pair = isinstance(given, (list, tuple)) and len(given) == 2
        low, high = given if is_pair else (0, given)
        for bound in (low, high):
            check_integer(name, bound, at_least=-_LARGEST)
            check_number(name, bound, at_most=_LARGEST)
        if low >= high:
            raise ConfigurationError(
                _(
                    "{name} must rise, from its lowest integer to its highest, not {found!r}.",
                    name=name,
                    found=given,
                )
            )
        return int(low), int(high)

    def described(self) -> Message:
        return _("two integers, or the higher of two whose lower is 0")


@dataclass(frozen=True)
class Counts(Option):
    """Whole numbers of at least 2, in a list or divided by commas."""

    most: int = MOST_ROWS

    def checked(self, name: str, given: Any) -> tuple[int, ...]:
        found = []
        for each in _items(given):
            number = int(each) if isinstance(each, str) and each.isdecimal() else each
            check_integer(name, number, at_least=2)
            check_number(name, number, at_most=self.most)
            found.append(int(number))
        return tuple(found)

    def described(self) -> Message:
        return _("whole numbers of at least 2, divided by commas")


@dataclass(frozen=True)
class Words(Option):
    """Words, in a list or divided by commas."""

    def checked(self, name: str, given: Any) -> tuple[str, ...]:
        for each in _items(given):
            if not isinstance(each, str):
                raise ConfigurationError(
                    _("{name} must be names, not {found!r}.", name=name, found=each)
                )
        return tuple(_items(given))

    def described(self) -> Message:
        return _("names, divided by commas")


def _items(given: Any) -> list[Any]:
    if isinstance(given, str):
        return [word.strip() for word in given.split(",") if word.strip()]
    return list(given) if isinstance(given, list | tuple) else [given]


def checked_options(
    dataset: str, allowed: Mapping[str, Option], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return every option of a generator, the defaults of those that were not given.

    Parameters
    ----------
    dataset : str
        The generator's name, for messages.
    allowed : mapping of str to Option
    given : mapping of str to object

    Raises
    ------
    UnknownNameError
        An option that the generator does not have.
    ConfigurationError
        A value that the option does not allow.
    """
    for name in given:
        if name not in allowed:
            raise UnknownNameError(_("option"), name, allowed, where=dataset)
    return {
        name: _checked(dataset, name, option, given[name]) if name in given else option.default
        for name, option in allowed.items()
    }


def _checked(dataset: str, name: str, option: Option, value: Any) -> Any:
    try:
        return option.checked(_("the option {name}", name=name), value)
    except (ConfigurationError, ArgumentTypeError) as error:
        cause: AxoneError = error
        raise ConfigurationError(
            _("{dataset}: {cause}", dataset=dataset, cause=cause.message)
        ) from error
