"""Files that the worker has made for the page to fetch, all in the session's own folder."""

import contextlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from axone.playground.limits import MOST_DOWNLOADS

_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Download:
    """A file that was announced, and what it is called when it is saved."""

    path: Path
    name: str


class Downloads:
    """What may be fetched, by the number that it was announced under.

    Parameters
    ----------
    folder : Path
        Nothing outside it is given away, wherever links lead.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: OrderedDict[str, Download] = OrderedDict()

    def announce(self, number: str, path: str, name: str) -> None:
        """Note a file; the oldest of too many is forgotten."""
        if _NUMBER.fullmatch(number):
            self._files[number] = Download(Path(path), name)
            while len(self._files) > MOST_DOWNLOADS:
                _number, forgotten = self._files.popitem(last=False)
                self._remove(forgotten.path)

    def find(self, number: str) -> Download | None:
        """Return a file that was announced, is still there and lies where it may."""
        found = self._files.get(number)
        return found if found is not None and _within(found.path, self._folder) else None

    def _remove(self, path: Path) -> None:
        """Remove a file that nobody may fetch any more."""
        if all(path != kept.path for kept in self._files.values()) and _within(path, self._folder):
            with contextlib.suppress(OSError):
                path.unlink()


def _within(path: Path, folder: Path) -> bool:
    """Whether a path is a file of a folder, wherever links lead."""
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False
