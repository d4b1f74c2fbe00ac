"""Which data the page may load: names that the library knows, and the files that it was given.

A page says `upload:NAME` of a file; where that lies only the worker knows, and what is neither such
a name nor one of the library's is no source, whatever is there on the disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from axone.data.builtin import BUILT_IN
from axone.data.dataset import DatasetInfo
from axone.data.generated import GENERATED
from axone.data.home import find_at_home
from axone.data.names import canonical
from axone.data.sources import list_datasets
from axone.errors import UnknownNameError
from axone.messages import _

UPLOAD = "upload:"
"""With which the name of a file begins that was given to the page."""


@dataclass
class Sources:
    """What may be loaded.

    Attributes
    ----------
    files : dict of str to Path
        By the name under which the page knows each.
    """

    files: dict[str, Path] = field(default_factory=dict)

    def add(self, name: str, path: Path) -> str:
        """Let a file be loaded; return what the page says to do so."""
        self.files[name] = path
        return UPLOAD + name

    def locate(self, source: str) -> str:
        """Return what `load_dataset` is given for a source of the page's.

        Raises
        ------
        UnknownNameError
            It is neither a file that was given nor a set that is here.
        """
        if source.startswith(UPLOAD):
            name = source.removeprefix(UPLOAD)
            if name not in self.files:
                raise UnknownNameError(_("file that was given"), name, list(self.files))
            return str(self.files[name])
        name = canonical(source)
        if not self.has(name):
            raise UnknownNameError(_("dataset"), source, sorted(self.names()))
        return name

    def named(self, located: str) -> str:
        """Return what the page says of what `locate` returned."""
        names = {str(path): name for name, path in self.files.items()}
        return UPLOAD + names[located] if located in names else located

    def has(self, name: str) -> bool:
        """Say whether a set is here; those of the data home are looked through for no other."""
        return name in BUILT_IN or name in GENERATED or name in self.names()

    def names(self) -> set[str]:
        """Return the sets that are here: nothing is fetched from anywhere."""
        return {info.name for info in self.known()}

    @staticmethod
    def known() -> list[DatasetInfo]:
        """Return what is known of each set that is here."""
        own: Mapping[str, DatasetInfo] = {**BUILT_IN, **GENERATED}
        return [info for info in list_datasets() if info.name in own or find_at_home(info.name)]
