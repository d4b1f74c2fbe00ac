"""The texts of the panel that compares runs."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "compare.hint": _(
        "Keep the run as it stands, change something, and see both side by side. Kept runs are "
        "drawn behind the curves."
    ),
    "compare.name": _("Name of the run to keep"),
    "compare.keep": _("Keep this run"),
    "compare.kept": _("{name} is kept."),
    "compare.dropped": _("{name} is dropped."),
    "compare.caption": _("This run and the kept ones"),
    "compare.none": _("No run is kept yet."),
    "compare.this": _("this run"),
    "compare.drawn": _("Drawn"),
    "compare.draw": _("Draw the curves of {name}"),
    "compare.run": _("Name"),
    "compare.differs": _("What differs"),
    "compare.same": _("nothing"),
    "compare.loss.train": _("Training loss"),
    "compare.loss.validation": _("Validation loss"),
    "compare.score.accuracy": _("Accuracy"),
    "compare.score.r2": _("R²"),
    "compare.score.hint": _("Of the validation rows, of the training rows where there are none."),
    "compare.epochs": _("Epochs"),
    "compare.parameters": _("Parameters"),
    "compare.seconds": _("Seconds"),
    "compare.best": _("best"),
    "compare.default": _("by default"),
    "compare.actions": _("Actions"),
    "compare.return": _("Go on with it"),
    "compare.return.to": _("Go on with {name}"),
    "compare.returned": _("{name} is the run on the page now. Undo goes back to the one before."),
    "compare.rename": _("Rename"),
    "compare.rename.of": _("Rename {name}"),
    "compare.drop": _("Drop"),
    "compare.drop.of": _("Drop {name}"),
    "compare.new_name": _("New name of {name}"),
}
