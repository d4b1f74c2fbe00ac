"""What the panel of the laboratory says, beside the experiments themselves."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "laboratory.experiment": _("Experiment"),
    "laboratory.run": _("Run"),
    "laboratory.defaults": _("Back to the defaults"),
    "laboratory.progress": _("How much of the experiment is done"),
    "laboratory.table": _("What was measured"),
}
