"""What the panel of rows says."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "rows.part": _("Rows of"),
    "rows.part.train": _("training ({rows})"),
    "rows.part.validation": _("validation ({rows})"),
    "rows.part.test": _("test ({rows})"),
    "rows.order": _("Order"),
    "rows.order.number": _("as they come"),
    "rows.order.loss": _("largest loss first"),
    "rows.order.wrong": _("wrong ones first"),
    "rows.only_wrong": _("Wrong ones only"),
    "rows.number": _("Row"),
    "rows.example": _("Example"),
    "rows.target": _("Wanted"),
    "rows.predicted": _("Predicted"),
    "rows.share": _("Probability"),
    "rows.error": _("Error"),
    "rows.loss": _("Loss"),
    "rows.is_wrong": _("wrong"),
    "rows.several": _("{first} and {count} more"),
    "rows.nothing": _("none"),
    "rows.missing": _("missing"),
    "rows.previous": _("Rows before"),
    "rows.next": _("Rows after"),
    "rows.place": _("{first} to {last} of {total}"),
    "rows.none": _("There are no such rows."),
    "rows.sampled": _("Put in order among {count} of {rows} rows, evenly chosen."),
    "rows.left_out.one": _("{count} more column is not shown."),
    "rows.left_out.many": _("{count} more columns are not shown."),
    "rows.caption": _("Rows of {name}: {part}"),
    "rows.open": _("Go through row {number} step by step"),
    "rows.image": _("Image of {height} by {width} pixels"),
    "rows.signal": _("Signal"),
    "rows.hint": _("Click a row, or press Enter on it, to go through it step by step."),
}
