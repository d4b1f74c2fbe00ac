"""Folders as datasets: a subfolder a class, with image files or WAV files in it.

With `train` and `test` among the subfolders the classes are within these. Only plain files that lie
within the folder are read: a link that leads out of it is refused, for folders come from strangers
too.
"""

import os
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from axone.bounds import MOST_FILES
from axone.errors import DataError
from axone.messages import Listed, Message, _, _n, first_and_last, listed

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
"""Endings of image files; what they are, their content says."""

SOUNDS = (".wav", ".wave")

_TRAINING, _TEST = "train", "test"

_MOST_NAMES = 6
"""Folders and files that a note names."""

Medium = Literal["images", "sounds"]


@dataclass(frozen=True)
class Labelled:
    """Files of one part, each with its class.

    Attributes
    ----------
    paths : tuple of Path
    classes : tuple of str
        The name of each file's folder.
    """

    paths: tuple[Path, ...] = ()
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True)
class ClassFolder:
    """What a folder holds.

    Attributes
    ----------
    medium : {"images", "sounds"}
    training, test : Labelled
        The test files may be none.
    notes : tuple of Message
        What was passed over.
    """

    medium: Medium
    training: Labelled
    test: Labelled = Labelled()
    notes: tuple[Message, ...] = ()


def read_class_folder(folder: Path, least: int = 2) -> ClassFolder:
    """Look through a folder, without opening any of its files.

    Parameters
    ----------
    folder : Path
    least : int
        Classes that it must hold: to learn them two, to judge a model one.

    Raises
    ------
    DataError
        No files of one kind in subfolders, too few classes, too many files, or links that lead
        out of the folder.
    """
    parts = {name.lower(): path for name, path in _subfolders(folder, folder)}
    if _TRAINING not in parts:
        files = _files(folder, folder)
        chosen, notes = _of_one_medium(folder, {_TRAINING: files}, least)
        notes += _folders_passed_over([folder], files, chosen.medium, folder)
        return ClassFolder(chosen.medium, chosen.training, notes=notes)
    read = {name: _files(parts[name], folder) for name in (_TRAINING, _TEST) if name in parts}
    chosen, notes = _of_one_medium(folder, read, least)
    every = [each for files in read.values() for each in files]
    notes += _folders_passed_over([parts[name] for name in read], every, chosen.medium, folder)
    passed_over = sorted(set(parts) - {_TRAINING, _TEST})
    if passed_over:
        notes = (
            *notes,
            _(
                "beside {train} and {test} there are {names}, which are passed over",
                train=_TRAINING,
                test=_TEST,
                names=listed(passed_over),
            ).coded("folders_passed_over"),
        )
    return ClassFolder(chosen.medium, chosen.training, chosen.test, notes)


def files_below(folder: Path, medium: Medium) -> tuple[tuple[Path, ...], tuple[Message, ...]]:
    """Return all files of a medium in a folder and its subfolders, and notes on the others.

    Raises
    ------
    DataError
        There is none, there are too many, or links lead out of the folder.
    """
    every = _all_files(folder, folder, {folder.resolve()})
    found = tuple(path for path in every if _medium(path) == medium)
    if not found:
        raise DataError(
            _(
                "{folder} and its subfolders hold no {medium}: their files end in {endings}.",
                folder=folder,
                medium=medium,
                endings=listed(IMAGES if medium == "images" else SOUNDS),
            )
        )
    return found, _passed_over([path for path in every if _medium(path) != medium])


def _all_files(folder: Path, root: Path, seen: set[Path]) -> list[Path]:
    """Return the files of a folder, then those of its subfolders, none of them twice."""
    found: list[Path] = []
    below: list[Path] = []
    for entry in _entries(folder):
        path = Path(entry.path)
        if not entry.is_dir() and _is_plain(entry, path, root):
            found.append(path)
        elif entry.is_dir():
            _require_within(path, root)
            below.append(path)
    for path in below:
        if path.resolve() not in seen:
            seen.add(path.resolve())
            found += _all_files(path, root, seen)
        _require_few(len(found), root)
    return found


def _passed_over(paths: Sequence[Path]) -> tuple[Message, ...]:
    if not paths:
        return ()
    endings = Counter(path.suffix.lower() or path.name for path in paths)
    counts = [
        _("{rows:,} × {name}", rows=count, name=ending) for ending, count in endings.most_common(8)
    ]
    return (
        _n(
            "{count:,} file of another kind is passed over: {endings}",
            "{count:,} files of other kinds are passed over: {endings}",
            len(paths),
            endings=listed(counts),
        ).coded("files_passed_over"),
    )


def _folders_passed_over(
    folders: Sequence[Path], files: Sequence[tuple[str, Path]], medium: str, root: Path
) -> tuple[Message, ...]:
    """Tell of what lies where no example is looked for: classes of nothing, and what is deeper.

    Parameters
    ----------
    folders : sequence of Path
        Those whose subfolders are the classes.
    files : sequence of (str, Path)
        All that lie in them.
    """
    empty: list[Path] = []
    deeper: list[Path] = []
    beside: list[Path] = []
    kept = {path.parent for _class, path in files if _medium(path) == medium}
    for folder in folders:
        beside += [path for path in _here(folder) if _medium(path) == medium]
        for _name, below in _subfolders(folder, root):
            inner = [path for _word, path in _subfolders(below, root)]
            deeper += [path for path in inner if any(_medium(each) for each in _here(path))]
            if below not in kept:
                empty.append(below)
    notes: tuple[Message, ...] = ()
    if beside:
        notes += (
            _n(
                "{count:,} file beside the classes' folders is of no class, and is passed over: "
                "{names}",
                "{count:,} files beside the classes' folders are of no class, and are passed "
                "over: {names}",
                len(beside),
                names=first_and_last([path.name for path in beside], _MOST_NAMES),
            ).coded("files_of_no_class"),
        )
    if deeper:
        notes += (
            _(
                "folders within those of the classes are passed over: {names}",
                names=_within(deeper, root),
            ).coded("folders_within_classes"),
        )
    if empty:
        notes += (
            _(
                "folders without any such file are no classes: {names}",
                names=_within(empty, root),
            ).coded("folders_without_files"),
        )
    return notes


def _here(folder: Path) -> list[Path]:
    """Return what is in a folder and is no folder, links to nothing too."""
    return [Path(entry.path) for entry in _entries(folder) if not entry.is_dir()]


def _within(paths: Sequence[Path], root: Path) -> Listed:
    return first_and_last([path.relative_to(root) for path in paths], _MOST_NAMES)


def _require_few(files: int, root: Path) -> None:
    if files > MOST_FILES:
        raise DataError(
            _(
                "{folder} holds more than {most:,} files: use part of them.",
                folder=root,
                most=MOST_FILES,
            )
        )


def _of_one_medium(
    folder: Path, parts: dict[str, list[tuple[str, Path]]], least: int
) -> tuple[ClassFolder, tuple[Message, ...]]:
    """Keep the files of the medium that the training part holds."""
    endings = Counter(_medium(path) for _class, path in parts[_TRAINING])
    media = [medium for medium in ("images", "sounds") if endings[medium]]
    if len(media) != 1:
        raise DataError(
            _(
                "{folder} holds both images and sounds: give a folder of either.",
                folder=folder,
            )
            if media
            else _nothing_found(folder, [path for _class, path in parts[_TRAINING]])
        )
    kept = {
        name: [(word, path) for word, path in files if _medium(path) == media[0]]
        for name, files in parts.items()
    }
    every = [path for files in parts.values() for _class, path in files]
    notes = _passed_over([path for path in every if _medium(path) != media[0]])
    classes = {word for word, _path in kept[_TRAINING]}
    if len(classes) < least:
        raise DataError(
            _(
                "{folder} holds files of one class, {name!r}: a dataset has a subfolder for each, "
                "and at least two.",
                folder=folder,
                name=next(iter(classes)),
            )
        )
    labelled = {name: _labelled(files) for name, files in kept.items()}
    medium: Medium = "images" if media[0] == "images" else "sounds"
    return ClassFolder(medium, labelled[_TRAINING], labelled.get(_TEST, Labelled())), notes


def _nothing_found(folder: Path, others: Sequence[Path]) -> Message:
    """Return what a folder of classes must hold, and what this one holds instead."""
    beside = [path for path in _here(folder) if _medium(path)]
    deeper = next((path for path in _all_files(folder, folder, set()) if _medium(path)), None)
    found = (
        _n(
            "{count:,} such file lies in it, in no subfolder",
            "{count:,} such files lie in it, in no subfolder",
            len(beside),
        )
        if beside
        else _("{path} lies deeper", path=deeper)
        if deeper
        else _("{path} is none", path=others[0])
        if others
        else _("there is none")
    )
    return _(
        "{folder} holds no image or sound files in subfolders: a dataset has a subfolder for each "
        "class, with files that end in {endings}; {found}.",
        folder=folder,
        endings=listed((*IMAGES, *SOUNDS)),
        found=found,
    )


def _labelled(files: Sequence[tuple[str, Path]]) -> Labelled:
    return Labelled(tuple(path for _word, path in files), tuple(word for word, _path in files))


def _medium(path: Path) -> str:
    ending = path.suffix.lower()
    return "images" if ending in IMAGES else "sounds" if ending in SOUNDS else ""


def _files(folder: Path, root: Path) -> list[tuple[str, Path]]:
    """Return the files of each class's folder, sorted, so that a seed finds the same rows."""
    found: list[tuple[str, Path]] = []
    for word, below in _subfolders(folder, root):
        for entry in _entries(below):
            path = Path(entry.path)
            if not entry.is_dir() and _is_plain(entry, path, root):
                found.append((word, path))
        _require_few(len(found), root)
    return found


def _subfolders(folder: Path, root: Path) -> list[tuple[str, Path]]:
    found = []
    for entry in _entries(folder):
        if entry.is_dir():
            path = Path(entry.path)
            _require_within(path, root)
            found.append((entry.name, path))
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder, sorted by name; hidden files and a Mac's leavings are not."""
    try:
        with os.scandir(folder) as entries:
            seen = [each for each in entries if not each.name.startswith((".", "__"))]
    except OSError as error:
        raise DataError(
            _("{path} cannot be read: {reason}.", path=folder, reason=error.strerror)
        ) from error
    return sorted(seen, key=lambda entry: entry.name)


def _is_plain(entry: os.DirEntry[str], path: Path, root: Path) -> bool:
    """Tell whether it is a file, and no pipe or device."""
    _require_within(path, root)
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return False  # a link to nothing


def _require_within(path: Path, root: Path) -> None:
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        raise DataError(
            _(
                "{path} is a link to {target}, out of {root}: put the files themselves there.",
                path=path,
                target=path.resolve(),
                root=root,
            )
        )
