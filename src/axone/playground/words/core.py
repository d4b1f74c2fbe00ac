"""What the frame of the page says: its header, its headings, its tabs, and what may go wrong."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "core.playground": _("playground"),
    "core.skip": _("To the network"),
    "core.data": _("Data"),
    "core.network": _("Network"),
    "core.output": _("Output"),
    "core.training": _("Training"),
    "core.transport": _("Run"),
    "core.tabs": _("Tools"),
    "core.rows": _("Rows"),
    "core.stepping": _("Step by step"),
    "core.diagnosis": _("Diagnosis"),
    "core.scenes": _("Scenes"),
    "core.laboratory": _("Laboratory"),
    "core.compare": _("Compare"),
    "core.code": _("Code"),
    "core.language": _("Language"),
    "core.theme": _("Colours"),
    "core.theme.auto": _("As the system"),
    "core.theme.light": _("Light"),
    "core.theme.dark": _("Dark"),
    "core.save": _("Save"),
    "core.saved": _("{name} is on its way to your downloads."),
    "core.share": _("Share …"),
    "core.share.copied": _(
        "The address is copied. Whoever opens it in a playground of their own gets this network "
        "and this data, trained to the same epoch."
    ),
    "core.share.address": _(
        "This address carries the network, the data's settings and the epoch: open it in any "
        "playground."
    ),
    "core.help": _("Help"),
    "core.help.words": _(
        "Choose data, build a network, press play. Every number on this page comes from the "
        "engine that Axone trains with; whatever you change begins a new run of the same seed, "
        "and undo brings back the run before."
    ),
    "core.keys": _("Keyboard"),
    "core.keys.hint": _("While you type in a field, all of these rest."),
    "core.key.help": _("this help"),
    "core.key.control": _("Ctrl"),
    "core.key.shift": _("Shift"),
    "core.key.space": _("Space"),
    "core.close": _("Close"),
    "core.dismiss": _("Dismiss"),
    "core.none": _("none"),
    "core.default": _("by default"),
    "core.lost": _("The connection to the program is lost; trying again …"),
    "core.elsewhere": _("This playground is open in another page, which has it now."),
    "core.take_back": _("Take it back here"),
}
