"""The training as an experiment file, with nothing left open: `axone train FILE` runs it."""

from axone.code.writing import comment
from axone.experiments import Prepared
from axone.messages import Message, _


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return nothing: whatever can be run has a file."""
    del prepared
    return ()


def script(prepared: Prepared) -> str:
    """Return the file."""
    about = _("Every setting of the run; to run it: axone train FILE.toml")
    return f"{comment(about)}\n{prepared.experiment.to_toml()}"
