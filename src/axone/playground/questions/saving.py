"""The run as it stands, to be fetched: its result folder, as `axone train` leaves one, zipped."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from axone.errors import ConfigurationError
from axone.messages import _
from axone.playground.bench import Bench
from axone.playground.saving import write_folder, zipped
from axone.playground.standing import file_stem


def save(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Write the run of the bench into a zip, and return how the page fetches it.

    Returns
    -------
    dict
        `download`, `name`, and `notes`: what the folder cannot say.

    Raises
    ------
    ConfigurationError
        Nothing is trained yet.
    """
    del fields
    if bench.announce_download is None:
        raise ConfigurationError(_("Nobody is there who could fetch a file."))
    if not bench.shown_epoch():
        raise ConfigurationError(_("Nothing is trained yet: there is no run to save."))
    stem = f"axone-{file_stem(bench)}"
    downloads = bench.folder / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    path = downloads / f"{stem}.zip"
    with TemporaryDirectory(dir=bench.folder, prefix="saving-") as place:
        notes = write_folder(bench, Path(place) / stem)
        zipped(Path(place) / stem, path)
    return {
        "download": bench.announce_download(path, path.name),
        "name": path.name,
        "notes": [str(note) for note in notes],
    }


ANSWERS: dict[str, Callable[[Bench, Mapping[str, Any]], Any]] = {"save": save}
