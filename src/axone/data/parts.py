"""What the parts of a split are called: the names that files have, as messages that people read."""

from axone.messages import _

_NAMES = {message.english: message for message in (_("train"), _("validation"), _("test"))}


def name_of_part(name: str) -> str:
    """Return what people call a part of the rows; a name that is no part's as it is.

    Parameters
    ----------
    name : str
        ``"train"``, ``"validation"`` or ``"test"``, as `metrics.json` has them.

    Returns
    -------
    str
        A `Message` whose English is the name. Programs go on using the name itself.

    Examples
    --------
    >>> name_of_part("train"), name_of_part("flowers.csv")
    ('train', 'flowers.csv')
    """
    return _NAMES.get(name, name)
