"""What scores are called: the names that files have, as messages that people read.

In English a score is called what files call it, so that who reads a table finds it in them.
"""

from axone.messages import Message, _

_NAMES = {
    message.english: message
    for message in (
        _("loss"),
        _("right"),
        _("accuracy"),
        _("precision"),
        _("recall"),
        _("f1"),
        _("precision_macro"),
        _("recall_macro"),
        _("f1_macro"),
        _("precision_weighted"),
        _("recall_weighted"),
        _("f1_weighted"),
        _("log_loss"),
        _("roc_auc"),
        _("calibration_error"),
        _("perplexity"),
        _("mse"),
        _("rmse"),
        _("mae"),
        _("r2"),
        _("pinball"),
        _("coverage"),
        _("width"),
    )
}

_PINBALL = "pinball_"
"""What the names of a single quantile's loss begin with; its level follows."""


def name_of_score(name: str) -> str:
    """Return what people call a score; a name that is none of Axone's as it is.

    Parameters
    ----------
    name : str
        As `metrics.json` has it, such as ``"f1_macro"`` or ``"pinball_0.05"``.

    Returns
    -------
    str
        A `Message` whose English is the name. Programs go on using the name itself.

    Examples
    --------
    >>> name_of_score("f1_macro"), name_of_score("pinball_0.05"), name_of_score("my_own")
    ('f1_macro', 'pinball_0.05', 'my_own')
    """
    found = _NAMES.get(name) or _of_level(name)
    return name if found is None else found


def _of_level(name: str) -> Message | None:
    """Return the name of the pinball loss of one level; None of all others."""
    if not name.startswith(_PINBALL):
        return None
    try:
        level = float(name.removeprefix(_PINBALL))
    except ValueError:
        return None
    found = _("pinball_{level:g}", level=level)
    return found if found.english == name else None
