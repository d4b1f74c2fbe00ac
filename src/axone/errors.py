"""Every error that Axone raises on purpose.

Each message says what was given, where, what is allowed, and what to do. All are `ValueError`s or
`TypeError`s too, so that code which knows nothing of Axone catches them; the command line turns
each into one message and exit status 2.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class AxoneError(Exception):
    """The root of Axone's errors: catch it to catch them all."""


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
        near = get_close_matches(str(given).lower(), names, n=1)
        place = f"{where}: " if where else ""
        hint = f"Did you mean {near[0]!r}? " if near else ""
        super().__init__(f"{place}unknown {kind} {given!r}. {hint}Allowed: {', '.join(names)}.")


class ShapeError(AxoneError, ValueError):
    """Arrays or layers whose shapes do not fit together."""


class DataError(AxoneError, ValueError):
    """A dataset that cannot be read, or that cannot be learnt from as it is."""


class ModelFileError(AxoneError, ValueError):
    """A model or checkpoint file that is damaged, foreign or of another network."""


class ArgumentTypeError(AxoneError, TypeError):
    """An argument of a type that makes no sense there."""
