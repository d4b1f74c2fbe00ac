"""What can be turned in an experiment of the laboratory: each setting with its help and its bounds.

They stand once, in the signature of the function; Python's call, the command line and pages read
and check the same ones.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from axone.bounds import LARGEST_COUNT, LARGEST_SEED
from axone.checks import check_choice, check_integer, check_number, check_truth, items_of
from axone.errors import ConfigurationError
from axone.messages import Message, _

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Knob:
    """A setting of an experiment, beside its type and its default.

    Attributes
    ----------
    help : Message
        One line.
    at_least, at_most : float, optional
        Bounds of a number, or of each of several.
    above : float, optional
        The bound below, itself not allowed.
    choices : tuple of str
        The words that are allowed, where the setting is a word or several.
    most : int, default 8
        How many a setting of several takes; it takes at least one.
    """

    help: Message
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    most: int = 8

    def check(self, name: str, value: Any, kind: type) -> None:
        """Refuse a value that is none of its kind or out of bounds.

        Raises
        ------
        ConfigurationError, ArgumentTypeError
        """
        if kind is bool:
            check_truth(name, value)
        elif kind is str:
            check_choice(name, value, self.choices)
        elif kind is int:
            least = 0 if self.at_least is None else int(self.at_least)
            most = LARGEST_COUNT if self.at_most is None else int(self.at_most)
            check_integer(name, value, at_least=least, at_most=most)
        else:
            check_number(
                name, value, at_least=self.at_least, at_most=self.at_most, above=self.above
            )


@dataclass(frozen=True)
class Setting:
    """A knob as it stands in a signature.

    Attributes
    ----------
    name : str
    knob : Knob
    kind : type
        int, float, bool or str: of each of them where there are several.
    several : bool
        Whether it is a tuple.
    default : object
    """

    name: str
    knob: Knob
    kind: type
    several: bool
    default: Any

    def checked(self, value: Any) -> Any:
        """Return a value as the experiment takes it, several as a tuple.

        Raises
        ------
        ConfigurationError, ArgumentTypeError
            None, too many, of another kind or out of bounds.
        """
        if not self.several:
            return self._as_its_kind(value)
        items = items_of(value, self.knob.most)
        if not 1 <= len(items) <= self.knob.most:
            raise ConfigurationError(
                _(
                    "{name}: give 1 to {most} of them, not {found!r}.",
                    name=self.name,
                    most=self.knob.most,
                    found=value,
                )
            )
        return tuple(self._as_its_kind(item) for item in items)

    def _as_its_kind(self, value: Any) -> Any:
        """Return a number of NumPy's, too, as Python's: what an observation keeps is plain data."""
        self.knob.check(self.name, value, self.kind)
        return self.kind(value)


Seed = Annotated[
    int,
    Knob(_("Decides everything that is drawn."), at_least=0, at_most=LARGEST_SEED),
]
"""The seed of an experiment that draws or trains."""


def settings_of(function: Callable[..., Any]) -> dict[str, Setting]:
    """Return the settings of an experiment, by name, in their order.

    Examples
    --------
    >>> from axone.lab import gradient_descent
    >>> list(settings_of(gradient_descent))
    ['rate', 'steps']
    """
    hints = get_type_hints(function, include_extras=True)
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        hint = hints[parameter.name]
        if get_origin(hint) is not Annotated:
            continue
        kind, knob = get_args(hint)[:2]
        several = get_origin(kind) is tuple
        found[parameter.name] = Setting(
            parameter.name, knob, get_args(kind)[0] if several else kind, several, parameter.default
        )
    return found


def experiment(function: Callable[P, Result]) -> Callable[P, Result]:
    """Check the settings of an experiment, by their knobs, before it begins."""
    settings = settings_of(function)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Result:
        given: Mapping[str, Any] = signature.bind(*args, **kwargs).arguments
        turned = {
            name: settings[name].checked(value) if name in settings else value
            for name, value in given.items()
        }
        return function(**turned)  # type: ignore[call-arg]  # all are keywords

    return checked
