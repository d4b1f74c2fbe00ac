"""The ways in which `axone explain` explains, and which of its options each of them heeds."""

from collections.abc import Mapping, Sequence

from axone.errors import ConfigurationError
from axone.messages import Listed, _, listed


def chosen_way(asked: Mapping[str, bool]) -> str:
    """Return the way that is asked for; "" for a pass through the network.

    Raises
    ------
    ConfigurationError
        More than one.
    """
    ways = [name for name, is_asked in asked.items() if is_asked]
    if len(ways) > 1:
        raise ConfigurationError(
            _("{ways} are different explanations: ask for one at a time.", ways=listed(ways))
        )
    return ways[0] if ways else ""


def require_heeded(way: str, options: Mapping[Sequence[str], Mapping[str, object]]) -> None:
    """Refuse options that belong to other ways, and that this one would not heed.

    Parameters
    ----------
    way : str
        As `chosen_way` returns it.
    options : mapping of names of ways to mapping of str to object
        Of some ways the options that they heed, with what was given; None is nothing.

    Raises
    ------
    ConfigurationError
        With the names of such options.
    """
    for heeding, given in options.items():
        names = [name for name, value in given.items() if value not in (None, [])]
        if not names or way in heeding:
            continue
        if way:
            raise ConfigurationError(
                _("{way} does not heed {options}: leave it out.", way=way, options=listed(names))
            )
        raise ConfigurationError(
            _(
                "{options} says something only with {ways}.",
                options=listed(names),
                ways=Listed(heeding, _(" or ")),
            )
        )
