"""How many processors there are, and how many threads were asked for.

Engines, `fit_many` and searches share the machine by these two numbers.
"""

import os

from axone.errors import ConfigurationError
from axone.messages import _


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_asked_for() -> int | None:
    """Return the number of threads that the environment asks for, `AXONE_THREADS`, if it does.

    Raises
    ------
    ConfigurationError
        `AXONE_THREADS` is not a whole number of at least 1.
    """
    asked = os.environ.get("AXONE_THREADS", "")
    if not asked:
        return None
    if not asked.isdecimal() or int(asked) < 1:
        raise ConfigurationError(
            _("AXONE_THREADS must be a whole number of at least 1; found {found!r}.", found=asked)
        )
    return int(asked)
