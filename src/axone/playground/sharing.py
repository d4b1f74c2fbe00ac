"""A state of the playground as a text for a link: design, epoch, view, and rows where they are few.

The text says its version, is compressed, and is bounded both ways. What comes back may be
anybody's: it is decompressed no further than a bound, and every part of it is checked before use.
"""

import base64
import hashlib
import json
import zlib
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from axone.bounds import LARGEST_COUNT
from axone.errors import ConfigurationError
from axone.files import told_of_damage
from axone.messages import _
from axone.playground.sources import UPLOAD
from axone.playground.views.view import COARSEST_GRID, FINEST_GRID, PARTS

VERSION = "a1"
"""With which a fragment begins; another one is read otherwise, or not at all."""

MOST_BYTES = 32 * 1024
"""Compressed, of a link: browsers take longer addresses, what sends and stores them does not."""

MOST_INLINE_BYTES = 16 * 1024
"""Of a file that travels within the link."""

_MOST_UNPACKED = 256 * 1024
"""Of a fragment when it is decompressed: zlib packs a thousandfold what is all alike."""

_MOST_CHARACTERS = len(VERSION) + 1 + (MOST_BYTES + 2) // 3 * 4

INLINE_SUFFIXES = (".csv", ".tsv", ".txt", ".json")
"""Of files that may travel within a link: texts."""

Column = Annotated[int, Field(ge=0, le=1_000_000)]


class _Part(BaseModel):
    """A part of a shared state; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SharedPlane(_Part):
    """What the surface is drawn over."""

    kind: Literal["columns", "components"]
    columns: list[Column] | None = Field(None, min_length=1, max_length=2)


class SharedView(_Part):
    """How the page looks at the run, as its question `view` says it."""

    plane: SharedPlane | None = None
    # Literal takes a tuple of names as they are; a type checker wants them written out.
    parts: list[Literal[PARTS]] | None = Field(None, max_length=len(PARTS))  # type: ignore[valid-type]
    grid: int | None = Field(None, ge=COARSEST_GRID, le=FINEST_GRID)


class SharedFile(_Part):
    """The file that the rows are from: within the link, or what to know it by.

    Attributes
    ----------
    name : str
    sha256 : str
    text : str or None
        Its content in base 64, where it is small.
    """

    name: str = Field(min_length=1, max_length=200)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    text: str | None = Field(None, max_length=(MOST_INLINE_BYTES + 2) // 3 * 4)

    @model_validator(mode="after")
    def _sound(self) -> "SharedFile":
        """Refuse what is no plain name of a file, and what is not the content it says it is."""
        if PurePath(self.name).name != self.name or not self.name.isprintable():
            raise ValueError("no name of a file")
        if self.text is not None:
            if not self.name.lower().endswith(INLINE_SUFFIXES):
                raise ValueError("no table of text")
            if hashlib.sha256(self.content).hexdigest() != self.sha256:
                raise ValueError("other rows than were shared")
        return self

    @property
    def content(self) -> bytes:
        """The bytes of the file; none where it does not travel with the link."""
        return base64.b64decode(self.text or "", validate=True)

    @classmethod
    def of(cls, name: str, content: bytes) -> "SharedFile":
        """Return a file as it is shared: within the link where it is a small table of text."""
        travels = name.lower().endswith(INLINE_SUFFIXES) and len(content) <= MOST_INLINE_BYTES
        return cls(
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            text=base64.b64encode(content).decode() if travels else None,
        )


class Shared(_Part):
    """A state of the playground.

    Attributes
    ----------
    design : dict
        As the page edits it; whoever opens it has the bench check it as any other.
    epoch : int
        Up to which it is trained.
    view : SharedView or None
    file : SharedFile or None
        Where the rows are of a file that the page was given.
    """

    design: dict[str, Any]
    epoch: int = Field(ge=0, le=LARGEST_COUNT)
    view: SharedView | None = None
    file: SharedFile | None = None

    @model_validator(mode="after")
    def _of_its_file(self) -> "Shared":
        """Refuse rows that are not those of the design."""
        data = self.design.get("data")
        source = data.get("source") if isinstance(data, dict) else None
        named = source.removeprefix(UPLOAD) if isinstance(source, str) else None
        is_file = named is not None and named != source
        if is_file != (self.file is not None) or (self.file and self.file.name != named):
            raise ValueError("other rows than the design's")
        return self


def fragment_of(shared: Shared) -> str:
    """Return the text of a link, after the ``#``.

    Raises
    ------
    ConfigurationError
        It would be longer than a link may be.
    """
    content = json.dumps(
        shared.model_dump(exclude_none=True), ensure_ascii=False, separators=(",", ":")
    ).encode()
    packed = zlib.compress(content, 9)
    if len(packed) > MOST_BYTES or len(content) > _MOST_UNPACKED:
        raise ConfigurationError(
            _(
                "This state is too much for a link ({found:,} bytes, at most {most:,}): save the "
                "run instead.",
                found=len(packed),
                most=MOST_BYTES,
            )
        )
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def opened(fragment: str) -> Shared:
    """Return what a link shares, each part checked but the design, which the bench checks.

    Raises
    ------
    ConfigurationError
        It is of another version, damaged, too large, or holds what no link of the playground does.
    """
    text = fragment.removeprefix("#")
    if len(text) > _MOST_CHARACTERS:
        raise ConfigurationError(
            _("This link is longer than any that the playground makes: nothing of it is opened.")
        )
    version, dot, packed = text.partition(".")
    if version != VERSION or not dot:
        raise ConfigurationError(
            _(
                "This is no link of this version of the playground: it begins with {known!r}.",
                known=f"#{VERSION}.",
            )
        )
    with told_of_damage(lambda _error: _damaged()):
        content = json.loads(_unpacked(packed), parse_constant=_refuse_constant)
        json.dumps(content, ensure_ascii=False).encode()  # half a character is none
    try:
        return Shared.model_validate(content)
    except ValidationError as error:
        raise _damaged() from error


def _unpacked(packed: str) -> bytes:
    if not packed.isascii() or set(packed) & set("+/="):
        raise _damaged()
    raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    reader = zlib.decompressobj()
    content = reader.decompress(raw, _MOST_UNPACKED)
    if not reader.eof or reader.unused_data:
        raise _damaged()
    return content


def _refuse_constant(word: str) -> None:
    raise ValueError(word)


def _damaged() -> ConfigurationError:
    return ConfigurationError(
        _(
            "This link is damaged: a part of it was lost or changed on the way. Copy it once more, "
            "to its end."
        )
    )
