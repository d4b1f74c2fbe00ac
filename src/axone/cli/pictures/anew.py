"""Training a run once more for a picture: said on the terminal of errors, with a bar."""

from pathlib import Path
from typing import TYPE_CHECKING

from axone.cli.console import messages, output, share_bar, tell
from axone.messages import _

if TYPE_CHECKING:
    from axone.experiments.network_pictures.anew import TrainedAnew


def trained_anew(folder: Path, *, most_weights: int = 2) -> "TrainedAnew":
    """Train a run once more, and say so.

    Raises
    ------
    AxoneError
        As of `train_anew`.
    """
    from axone.experiments.network_pictures.anew import train_anew

    tell(
        messages(),
        _(
            "{folder} does not hold what happened in each layer: it is trained once more, in "
            "memory.",
            folder=folder,
        ),
    )
    with share_bar(output(), shown=True) as bar:
        share = bar.add_task(str(_("training")), total=1.0)
        return train_anew(
            folder,
            most_weights=most_weights,
            on_progress=lambda done: bar.update(share, completed=done),
        )
