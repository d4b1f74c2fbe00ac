"""Which parts of a frame a network has: what cannot be shown is said, with the reason."""

from collections.abc import Mapping

from axone.data.dataset import ExampleKind
from axone.experiments.preparation import Prepared
from axone.messages import Message, _
from axone.model import Classes, NextCharacter, Numbers
from axone.playground.views.inputs import has_plane

MOST_CLASSES_COUNTED = 100
"""Of a table of confusions: a cell of more is smaller than a pixel."""

_KINDS: Mapping[ExampleKind, Message] = {
    "images": _("images"),
    "signals": _("signals"),
    "sequences": _("sequences"),
    "tokens": _("texts"),
    "text": _("texts"),
}


def obstacles(prepared: Prepared) -> dict[str, Message]:
    """Return the parts that cannot be shown of an experiment, with the reason.

    A part that is not among them can be asked for. `units` has feature maps in place of planes
    where examples are no rows of numbers.
    """
    found = {}
    target = prepared.target
    if not has_plane(prepared):
        kind = _KINDS.get(prepared.dataset.kind, _("signals"))
        found["surface"] = _(
            "Its examples are {kind}, and no plane goes through them: see what its layers make of "
            "one example.",
            kind=kind,
        )
    if not any(
        len(shape) > 1 for shape in (prepared.network.input_shape, *prepared.network.shapes)
    ):
        found["maps"] = _("Its layers read single numbers and have no feature maps.")
    if not isinstance(target, Classes | NextCharacter):
        found["confusion"] = _("It predicts no classes that could be confused.")
    elif len(target.class_names) > MOST_CLASSES_COUNTED:
        found["confusion"] = _(
            "{count:,} classes are too many for a table of those that it confuses.",
            count=len(target.class_names),
        )
    if not isinstance(target, Numbers):
        found["residuals"] = _("It predicts no numbers that could be off.")
    return found
