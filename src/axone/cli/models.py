"""Where a model is named on the command line: a folder of `axone train`, or a model file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from axone.errors import ConfigurationError
from axone.experiments import EXPERIMENT, load_run
from axone.messages import _, all_of
from axone.model import Model, load

if TYPE_CHECKING:
    from axone.cli.sources import Overrides

_SUFFIX = ".safetensors"


def model_at(path: Path) -> Model:
    """Return the model of a result folder or of a file that `axone.save` wrote.

    Raises
    ------
    ModelFileError
        Neither of them, or damaged.
    """
    return load(path) if path.is_file() else load_run(path)[1]


def is_run(source: str | Path) -> bool:
    """Whether that is the folder of a run: any other may hold images or sounds to learn from."""
    # An empty word is no folder, though its path is that of the folder one stands in.
    return source != "" and (Path(source) / EXPERIMENT).is_file()


def is_model(source: str) -> bool:
    """Whether SOURCE names what is trained already: a run, or a model file."""
    return Path(source).suffix == _SUFFIX or is_run(source)


def require_no_settings(
    overrides: "Overrides", but: Sequence[str] = (), also: Sequence[str] = ()
) -> None:
    """Refuse options that would change what is trained already: all `but` those, and `also` these.

    Raises
    ------
    ConfigurationError
    """
    given = [*also, *(option for option in overrides.given().values() if option not in but)]
    if given:
        raise ConfigurationError(
            _(
                "A trained network keeps its settings, so {options} would change nothing: leave "
                "that out.",
                options=all_of(given),
            )
        )
