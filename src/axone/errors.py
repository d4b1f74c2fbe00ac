"""Every error that Axone raises on purpose.

Each message says what was given, where, what is allowed, and what to do. All are `ValueError`s or
`TypeError`s too, so that code which knows nothing of Axone catches them; the command line turns
each into one message and exit status 2.
"""

import copyreg
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from axone.bounds import SHOWN_CHARACTERS
from axone.messages import Message, _, as_message, at, listed


class AxoneError(Exception):
    """The root of Axone's errors: catch it to catch them all.

    `str(error)` is the text, in the language in use. A program tells errors apart by their class
    and by `error.message.template`, and reads `error.message.figures`.
    """

    @property
    def message(self) -> Message:
        """The template and the figures of the text."""
        given = self.args[0] if self.args else ""
        return as_message(given if isinstance(given, str) else str(given))

    def __reduce__(self) -> tuple[Any, ...]:
        # From what the error is, not from the arguments of a subclass: errors cross processes.
        # The types of `copyreg` leave out its `__newobj__`, which pickles of every class name.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class ConfigurationError(AxoneError, ValueError):
    """A setting, an experiment file or a description of a network that cannot be carried out."""


class UnknownNameError(ConfigurationError):
    """A name that is in no table: an activation, a loss, a dataset, a key of a file.

    Parameters
    ----------
    kind : str
        What the name should have been: ``"activation"``.
    given : str
        What was found.
    allowed : iterable of str
        Every name that would have been right.
    where : str
        The file, the key or the argument that holds the name; empty where the caller knows.
    """

    def __init__(self, kind: str, given: object, allowed: Iterable[str], where: str = "") -> None:
        names = sorted(allowed)
        word = given[:SHOWN_CHARACTERS].lower() if isinstance(given, str) else ""
        near = get_close_matches(word, names, n=1)
        message = (
            _(
                "unknown {kind} {given!r}. Did you mean {near!r}? Allowed: {allowed}.",
                kind=kind,
                given=given,
                near=near[0],
                allowed=listed(names),
            )
            if near
            else _("unknown {kind} {given!r}: there is none of any name.", kind=kind, given=given)
            if not names
            else _(
                "unknown {kind} {given!r}. Allowed: {allowed}.",
                kind=kind,
                given=given,
                allowed=listed(names),
            )
        )
        super().__init__(at(where, message))


class FormulaError(ConfigurationError):
    """A text that is no formula; the message shows the place where it stops being one.

    Attributes
    ----------
    span : (int, int) or None
        Where in the text the mistake begins, and where it ends, for who marks it there.
    problem : Message or None
        What is wrong, without the text around it.
    """

    span: tuple[int, int] | None = None
    problem: Message | None = None


class ShapeError(AxoneError, ValueError):
    """Arrays or layers whose shapes do not fit together."""


class DataError(AxoneError, ValueError):
    """A dataset that cannot be read, or that cannot be learnt from as it is."""


class ModelFileError(AxoneError, ValueError):
    """A model or checkpoint file that is damaged, foreign or of another network."""


class ArgumentTypeError(AxoneError, TypeError):
    """An argument of a type that makes no sense there."""
