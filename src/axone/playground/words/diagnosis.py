"""What the panel of the diagnosis says, beside the findings themselves."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "diagnosis.untrained": _("Nothing has been trained yet."),
    "diagnosis.looking": _("The run is being looked at …"),
    "diagnosis.within_first": _("Within the first epoch:"),
    "diagnosis.after.one": _("After {count} epoch:"),
    "diagnosis.after.many": _("After {count} epochs:"),
    "diagnosis.healthy": _("nothing is wrong with this run, as far as its numbers tell."),
    "diagnosis.healthy.so_far": _(
        "nothing is wrong so far. Whether it learns enough is judged when its loss stands still "
        "or the run ends."
    ),
    "diagnosis.cause": _("Cause: {cause}"),
    "diagnosis.remedy": _("Remedy: {words}"),
    "diagnosis.apply": _("Apply"),
    "diagnosis.applied": _("Applied: {words}"),
    "diagnosis.undo": _("Undo"),
    "diagnosis.undone": _("The remedy is taken back."),
    "diagnosis.new": _("Found: {title}"),
    "diagnosis.count.one": _("{count} finding"),
    "diagnosis.count.many": _("{count} findings"),
}
