"""A dropped file becomes a file of the session's own folder, or is refused and leaves nothing.

Its name is made safe and never used twice for other content, so that what was trained on a name
stays true; its bytes are counted while they come, whatever their announced length.
"""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from axone.data.home import DATABASES, SUFFIXES, stem_of, suffix_of
from axone.errors import DataError
from axone.messages import _, listed
from axone.playground.limits import (
    MOST_UPLOADS,
    NAME_BYTES,
    NAME_CHARACTERS,
    UPLOAD_BYTES,
    UPLOAD_SILENCE,
    UPLOADS_BYTES,
)

ENDINGS = tuple(suffix for suffix in SUFFIXES if suffix not in DATABASES)
"""Endings of the files that are taken. A database is opened, not read: a view in it may name any
file of this machine."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w .+()-]")


class TooLargeError(DataError):
    """More bytes than there is room for: HTTP's 413."""


def safe_name(given: str) -> str:
    """Return a file's name that is one on every system, and shows what it was.

    Raises
    ------
    DataError
        It does not end as a table does.

    Examples
    --------
    >>> safe_name("../../etc/My table?.csv")
    'My table_.csv'
    """
    last = re.split(r"[/\\]", given[-4 * NAME_CHARACTERS :])[-1]
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", last)).rstrip(" .")
    ending = suffix_of(name)
    if ending not in ENDINGS:
        raise DataError(
            _(
                "{name!r} does not end as the files that can be given here: {endings}.",
                name=last,
                endings=listed(sorted({"." + each.split(".")[1] for each in ENDINGS})),
            )
        )
    stem = stem_of(name).strip(" .")[: NAME_CHARACTERS - len(ending)]
    while len(stem.encode()) + len(ending) > NAME_BYTES:
        stem = stem[:-1]
    stem = stem.rstrip(" .") or "table"
    return ("_" if _RESERVED.fullmatch(stem) else "") + stem + ending


class Uploads:
    """The files that were given in a session.

    Parameters
    ----------
    folder : Path
        Where they lie; made here, for nobody else to read.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        self._digests: dict[str, bytes] = {}
        self._begun = 0
        self._bytes = 0
        self._under_way = 0

    def files(self) -> dict[str, Path]:
        """Return the file of each name."""
        return {name: self._folder / name for name in self._digests}

    async def take(self, given: str, length: int | None, body: AsyncIterator[bytes]) -> str:
        """Store a file and return its name.

        Parameters
        ----------
        given : str
            What it is called at home.
        length : int or None
            How many bytes were announced.
        body : async iterator of bytes

        Raises
        ------
        TooLargeError
            More than one file, or all of them, may have.
        DataError
            A name that is no table's, no byte, one file too many, or nothing comes any more.
        """
        name = safe_name(given)
        if length is not None:
            self._check_room(length, length)
        if len(self._digests) + self._under_way >= MOST_UPLOADS:
            raise DataError(
                _("No more than {most} files can be given in a session.", most=MOST_UPLOADS)
            )
        self._begun += 1
        partial = self._folder / f"{self._begun}.partial"
        self._under_way += 1
        kept = 0
        try:
            with partial.open("xb") as file:
                digest, kept = await self._write(file, body)
            if kept == 0:
                raise DataError(_("{name} is empty (0 bytes).", name=name))
            return self._settle(name, digest, partial, kept)
        finally:
            self._under_way -= 1
            partial.unlink(missing_ok=True)

    async def _write(self, file: BinaryIO, body: AsyncIterator[bytes]) -> tuple[bytes, int]:
        digest, received = hashlib.sha256(), 0
        try:
            while True:
                try:
                    block = await asyncio.wait_for(anext(body), UPLOAD_SILENCE)
                except StopAsyncIteration:
                    break
                received += len(block)
                self._bytes += len(block)
                self._check_room(received, 0)
                digest.update(block)
                await asyncio.to_thread(file.write, block)
        except TimeoutError as error:
            self._bytes -= received
            raise DataError(_("The file stopped coming: it was given up.")) from error
        except BaseException:
            self._bytes -= received
            raise
        return digest.digest(), received

    def _check_room(self, one: int, more: int) -> None:
        """Refuse a file of `one` bytes; `more` are those of it that are not counted yet."""
        if one > UPLOAD_BYTES:
            raise TooLargeError(
                _(
                    "A file may have {most:,} MB at most. Give part of its rows.",
                    most=UPLOAD_BYTES // 2**20,
                )
            )
        if self._bytes + more > UPLOADS_BYTES:
            raise TooLargeError(
                _(
                    "All files of a session may have {most:,} MB at most. Start the playground "
                    "anew.",
                    most=UPLOADS_BYTES // 2**20,
                )
            )

    def _settle(self, name: str, digest: bytes, partial: Path, size: int) -> str:
        """Give a file its name: that of the same content, or one that no other content has."""
        stem, ending = stem_of(name), suffix_of(name)
        called, number = name, 1
        while called.lower() in (taken := {each.lower(): each for each in self._digests}):
            if self._digests[taken[called.lower()]] == digest:
                self._bytes -= size
                return taken[called.lower()]
            number += 1
            called = f"{stem[: NAME_CHARACTERS - len(ending) - 4]}-{number}{ending}"
        partial.rename(self._folder / called)
        self._digests[called] = digest
        return called


def allowed() -> dict[str, int | list[str]]:
    """Return what a page may tell before it sends: the most bytes, and the endings."""
    return {"most_bytes": UPLOAD_BYTES, "endings": list(ENDINGS)}
