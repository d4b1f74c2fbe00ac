"""A run as source text: the same training in Axone's Python, scikit-learn, PyTorch, or as a file.

A file a target, each a function from a prepared experiment to text, and what is beyond it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from axone.code import rows
from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Prepared
from axone.messages import Listed, Message, _, listed

_MODULES = {
    "python": "python",
    "scikit-learn": "scikit_learn",
    "pytorch": "pytorch",
    "toml": "toml",
}
_ALIASES = {"axone": "python", "sklearn": "scikit-learn", "torch": "pytorch"}

TARGETS = tuple(_MODULES)
"""What a run can be written as."""


@dataclass(frozen=True)
class _Target:
    obstacles: Callable[[Prepared], tuple[Message, ...]]
    script: Callable[[Prepared], str]


def _target(name: str) -> _Target:
    module = import_module(f"axone.code.{_MODULES[name]}")
    return _Target(module.obstacles, module.script)


def source_of(prepared: Prepared, target: str = "python", *, exact: bool = False) -> str:
    """Write a run as source text.

    Parameters
    ----------
    prepared : Prepared
        What `axone.experiments.prepare` returns.
    target : {"python", "scikit-learn", "pytorch", "toml"}, default "python"
        Python is Axone's own interface, and learns the same weights to the last bit; the file is
        what `axone train` runs.
    exact : bool, default False
        Of PyTorch: first weights and order of the rows are Axone's, so that the weights stay the
        same within rounding. By default they are PyTorch's own.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        No such target.
    ConfigurationError
        The target cannot express the run: the message names what of it, and what can.

    Examples
    --------
    >>> from axone.experiments import Experiment, prepare
    >>> print(source_of(prepare(Experiment.from_source("iris"))).splitlines()[2])
    import axone as ax
    """
    word = target.strip().lower()
    key = _ALIASES.get(word, word)
    if key not in _MODULES:
        raise UnknownNameError(_("kind of code"), target, TARGETS)
    if rows.in_memory(prepared):
        raise ConfigurationError(
            _("The rows came through standard input: no script could read them again.")
        )
    if exact and key != "pytorch":
        raise ConfigurationError(
            _(
                "Exact code is PyTorch's alone: Axone's own Python always is, and of scikit-learn "
                "nobody can choose the first weights (`axone compare` does it all the same)."
            )
        )
    beyond = beyond_target(prepared, key, exact=exact)
    if beyond and exact and not beyond_target(prepared, key):
        raise ConfigurationError(
            _(
                "pytorch cannot express this run exactly: {things}. Without --exact it can, from "
                "first weights of its own.",
                things=Listed(beyond, "; "),
            )
        )
    if beyond:
        others = [name for name in TARGETS if name != key and not beyond_target(prepared, name)]
        raise ConfigurationError(
            _(
                "{target} cannot express this run: {things}. What can (--as): {others}.",
                target=key,
                things=Listed(beyond, "; "),
                others=listed(others),
            )
        )
    if exact:
        from axone.code.pytorch import exact_script

        return exact_script(prepared)
    return _target(key).script(prepared)


def beyond_target(prepared: Prepared, target: str, *, exact: bool = False) -> tuple[Message, ...]:
    """Return what of a run one of `TARGETS` cannot express; nothing where it can be written."""
    if exact:
        from axone.code.pytorch import exact_obstacles

        return exact_obstacles(prepared)
    return _target(target).obstacles(prepared)


__all__ = ["TARGETS", "beyond_target", "source_of"]
