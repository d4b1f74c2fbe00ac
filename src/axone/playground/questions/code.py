"""The run as it stands as source text: in Axone's Python, scikit-learn, PyTorch, or as a file.

Who runs the text gets the weights that are on the page; what keeps it from that is said in it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from axone.checks import check_truth
from axone.code import TARGETS, beyond_target, source_of
from axone.code.writing import comment
from axone.errors import ConfigurationError, UnknownNameError
from axone.messages import Listed, Message, _, listed
from axone.playground.bench import Bench
from axone.playground.standing import Standing, file_stem, standing

_ENDINGS = {"toml": ".toml"}
"""Of the files that hold such a text; the others are Python."""


def code(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the text, a name for its file, and what it cannot know.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        `target`, one of `axone.code.TARGETS`; of PyTorch `exact`: with Axone's first weights and
        order of the rows.

    Raises
    ------
    ConfigurationError
        The target cannot express the run: what of it, and what can.
    """
    target, exact = fields.get("target"), fields.get("exact", False)
    if not isinstance(target, str) or target not in TARGETS:
        raise UnknownNameError(_("kind of code"), target, TARGETS)
    check_truth("exact", exact)
    stands = standing(bench)
    exact = exact and target == "pytorch"
    _require_expressible(stands, target, exact)
    text = source_of(stands.prepared, target, exact=exact)
    notes = [*stands.notes]
    if stands.upload is not None:
        notes.append(
            _("Put the file {name} beside this one: the rows are read from it.", name=stands.upload)
        )
    head = f"{comment(*notes)}\n" if notes else ""
    return {
        "text": head + text,
        "name": file_stem(bench) + _ENDINGS.get(target, ".py"),
        "notes": [str(note) for note in notes],
    }


def _require_expressible(stands: Standing, target: str, exact: bool) -> None:
    beyond = beyond_target(stands.prepared, target, exact=exact)
    if not beyond:
        return
    things = Listed(beyond, "; ")
    if exact and not beyond_target(stands.prepared, target):
        raise ConfigurationError(
            _(
                "PyTorch cannot express this run with Axone's first weights: {things}. From first "
                "weights of its own it can.",
                things=things,
            )
        )
    others = [name for name in TARGETS if name != target]
    able = [name for name in others if not beyond_target(stands.prepared, name)]
    refusal: Message = _(
        "{target} cannot express this run: {things}. What can: {others}.",
        target=target,
        things=things,
        others=listed(able),
    )
    raise ConfigurationError(refusal)


ANSWERS: dict[str, Callable[[Bench, Mapping[str, Any]], Any]] = {"code": code}
