"""The texts of the panel of code: the run as a script, as a folder, and its pictures."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "code.target": _("Written as"),
    "code.target.python": _("Axone"),
    "code.target.scikit-learn": _("scikit-learn"),
    "code.target.pytorch": _("PyTorch"),
    "code.target.toml": _("Experiment file"),
    "code.hint.python": _("Run it, and it ends with the weights on this page, to the last bit."),
    "code.hint.scikit-learn": _(
        "The same rows and settings. The first weights are scikit-learn's own, so the result "
        "differs as from seed to seed."
    ),
    "code.hint.pytorch": _(
        "The same rows and settings. The first weights are PyTorch's own, so the result differs as "
        "from seed to seed."
    ),
    "code.hint.pytorch.exact": _(
        "Axone's first weights and order of rows: the weights are those on this page, within "
        "rounding."
    ),
    "code.hint.toml": _(
        "Every setting of the run, for `axone train`, which ends with the weights on this page."
    ),
    "code.exact": _("With Axone's first weights and order of the rows"),
    "code.text": _("Source text"),
    "code.copy": _("Copy"),
    "code.copied": _("The text is copied."),
    "code.not_copied": _("The browser does not let the page copy: select the text instead."),
    "code.keep": _("Keep as a file"),
    "code.update": _("Write anew"),
    "code.epoch": _("As of epoch {epoch}"),
    "code.begun": _("Before the first epoch"),
    "code.run": _("The run"),
    "code.run.hint": _(
        "A result folder as `axone train` leaves one: settings, weights, curves, scores and a "
        "report without pictures. `axone predict`, `axone evaluate` and `axone playground` open it."
    ),
    "code.run.save": _("Save the run"),
    "code.run.saved": _("{name} is on its way to your downloads."),
    "code.pictures": _("Pictures"),
    "code.pictures.hint": _("On light paper. A PNG has twice the size that is shown here."),
    "code.pictures.none": _("There is no picture to take away yet."),
    "code.pictures.empty": _("There is nothing in this picture yet."),
    "code.pictures.kept": _("{name} is on its way to your downloads."),
    "code.pictures.keep": _("{title} as {kind}"),
    "code.pictures.of": _("Pictures to take away: {panel}"),
    "code.picture.network": _("The network"),
    "code.picture.surface": _("The answers over the plane"),
    "code.picture.curves": _("The curves"),
    "code.picture.details": _("The details below the curves"),
}
