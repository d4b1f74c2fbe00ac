"""What the panel of ready-made scenes says, beside the scenes themselves."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "scenes.list": _("Scenes by chapter"),
    "scenes.choose": _(
        "Choose a scene: it sets up data, network and training, and asks a question."
    ),
    "scenes.kind.look": _("To look at"),
    "scenes.kind.reach": _("To be reached"),
    "scenes.kind.mend": _("To be mended"),
    "scenes.check": _("Check"),
    "scenes.again": _("Set up again"),
    "scenes.hint": _("A hint"),
    "scenes.done": _("solved"),
    "scenes.passed": _("Solved."),
    "scenes.missing": _("Not yet."),
    "scenes.goal.met": _("Reached:"),
    "scenes.goal.unmet": _("Missing:"),
}
