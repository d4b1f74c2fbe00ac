"""In which encoding a text is written, and the text as UTF-8 whatever it was.

A byte order mark decides; then valid UTF-8, which no other text is by accident; then the zero bytes
of UTF-16; and what is left charset-normalizer judges from the lines that are not ASCII.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from axone.data.files.bounds import require_bytes
from axone.data.files.dialect import SEPARATORS
from axone.errors import DataError
from axone.messages import Message, _

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_USUAL = "cp1252"
_RELATIVES = ("cp1250", "cp1254", "cp1257")
"""Encodings of Latin letters, whose words may well be those of the usual one."""

_JUDGED = (
    _USUAL,
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "mac_roman",
    "cp932",
    "gb18030",
    "big5",
    "euc_jp",
    "cp949",
    "koi8_r",
    "cp850",
)
"""What the tables of this world are written in, the more usual of two that agree first."""

_ODD_SYMBOL = re.compile(
    r"(?<=[^\W\d_])[^\x00-\x7f\w](?=[^\W\d_])|(?<![\w.])[£¥¢¤¦¬±×÷¶](?=[^\W\d_])"
)
_PIECE = 2**20
_EVIDENCE = 64 * 2**10
_WINDOW = 256 * 2**10


@dataclass(frozen=True)
class Glance:
    """What one pass over a text shows.

    Attributes
    ----------
    is_ascii : bool
    signs : frozenset of bytes
        Which of `SIGNS` stand in it.
    """

    is_ascii: bool
    signs: frozenset[bytes]


SIGNS = (b"\0", b"\t", b"\v", b"\f", b'"', b"'")
"""Of which a reader of tables needs to know whether they occur at all."""


@dataclass(frozen=True, eq=False)
class EncodedText:
    """A text in UTF-8 without a mark, and what it was written in."""

    content: memoryview
    encoding: str
    decided_by: str
    glance: Glance
    notes: tuple[Message, ...] = ()


def as_utf8(content: memoryview, path: str | Path) -> EncodedText:
    """Return a text as UTF-8.

    Parameters
    ----------
    content : memoryview
        The whole file, unpacked.
    path : str or Path
        For messages.

    Raises
    ------
    DataError
        Zero bytes, or single wrong bytes in a text that is UTF-8 elsewhere, with their line.
    """
    head = bytes(content[:_WINDOW])
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            body = content[len(mark) :]
            if encoding == "utf-8":
                _require_utf8(body, path)
                return EncodedText(body, encoding, "byte order mark", glance_at(body))
            return _transcoded(body, encoding, "byte order mark", path)
    glance = glance_at(content)
    if b"\0" in glance.signs:
        wide = _wide_encoding(head)
        if wide is None:
            raise _zero_bytes(content, first_of(content, b"\0"), path)
        return _transcoded(content, wide, "zero bytes between characters", path)
    wrong = None if glance.is_ascii else first_wrong_byte(content)
    if wrong is None:
        return EncodedText(content, "utf-8", "valid UTF-8", glance)
    if _is_utf8_elsewhere(content, wrong):
        raise _wrong_byte(content, wrong, path)
    encoding = judged_encoding(_evidence(content, wrong))
    note = _(
        "the text is not UTF-8; it was read as {encoding}, which charset-normalizer finds most "
        "likely",
        encoding=encoding,
    ).coded("encoding_guessed")
    return _transcoded(content, encoding, "charset-normalizer", path, (note,))


def first_of(content: memoryview, sought: bytes) -> int:
    """Return where some bytes stand first, or -1, without copying the whole."""
    for start in range(0, len(content), _PIECE):
        end = start + _PIECE + len(sought) - 1
        place = bytes(content[start:end]).find(sought)
        if place >= 0:
            return start + place
    return -1


def glance_at(content: memoryview) -> Glance:
    """Look through a text once, piece by piece, for whatever its readers need to know of it."""
    is_ascii = True
    found: set[bytes] = set()
    for start in range(0, len(content), _PIECE):
        piece = bytes(content[start : start + _PIECE])
        is_ascii = is_ascii and piece.isascii()
        found.update(sign for sign in SIGNS if sign not in found and sign in piece)
    return Glance(is_ascii, frozenset(found))


def first_wrong_byte(content: memoryview) -> int | None:
    """Return the position of the first byte that is no UTF-8, None where all are."""
    rest = b""
    for start in range(0, len(content), _PIECE):
        piece = bytes(content[start : start + _PIECE])
        if not rest and piece.isascii():
            continue
        joined = rest + piece
        last = start + _PIECE >= len(content)
        try:
            _text, used = codecs.utf_8_decode(joined, "strict", last)
        except UnicodeDecodeError as error:
            return start - len(rest) + error.start
        rest = joined[used:]
    return None


def line_of(content: memoryview, position: int) -> int:
    """Return the line, counted from 1, in which a byte stands."""
    ends = 0
    for start in range(0, position, _PIECE):
        piece = bytes(content[start : min(start + _PIECE, position)])
        ends += piece.count(b"\n") or piece.count(b"\r")
    return ends + 1


def judged_encoding(evidence: bytes) -> str:
    """Return the likeliest encoding of some lines that are not UTF-8.

    charset-normalizer tells which encodings make words of them. Where several do, its order is
    by name, and it leaves out some that differ in few letters; here the one decides in which no
    symbol stands within a word ("na•ve") or before one ("£ukasz") and no capital after a small
    letter ("ZŸrich"), then the language that it found, then the more usual encoding.
    """
    from charset_normalizer import from_bytes

    judged = []
    for match in from_bytes(evidence, cp_isolation=list(_JUDGED), explain=False):
        for encoding in match.could_be_from_charset:
            if encoding in _JUDGED:
                text = evidence.decode(encoding, "replace")
                rank = (_oddities(text), round(match.chaos, 1), -round(match.coherence, 1))
                judged.append((*rank, _JUDGED.index(encoding)))
            if encoding in _RELATIVES:
                odd = _oddities(evidence.decode(_USUAL, "replace"))
                judged.append((odd, round(match.chaos, 1), 0.0, _JUDGED.index(_USUAL)))
    encoding = _JUDGED[min(judged)[-1]] if judged else _USUAL
    # Five bytes stand for nothing in Windows-1252, but for something in Latin-1.
    return "latin-1" if "\ufffd" in evidence.decode(encoding, "replace") else encoding


def _oddities(text: str) -> int:
    pairs = pairwise(text)
    capitals = sum(a.islower() and b > "\x7f" and b.isupper() for a, b in pairs)
    return len(_ODD_SYMBOL.findall(text)) + capitals + 10 * text.count("\ufffd")


def _evidence(content: memoryview, wrong: int) -> bytes:
    """Return the lines that are not ASCII, of those near the first of them."""
    near = bytes(content[max(0, wrong - _PIECE // 16) : wrong + 4 * _PIECE])
    lines = [line for line in re.split(rb"[\r\n]+", near) if not line.isascii()]
    return b"\n".join(lines)[:_EVIDENCE]


def _is_utf8_elsewhere(content: memoryview, wrong: int) -> bool:
    """Tell whether more characters beyond ASCII are right UTF-8 than wrong.

    The pairs and triples of UTF-8 are rare in any other encoding, so that a text which has them is
    UTF-8, with damage, or two texts of different programs in one file.
    """
    near = bytes(content[:_WINDOW]) + bytes(content[max(0, wrong - _WINDOW) : wrong + _WINDOW])
    text = near.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    right = sum(character > "\x7f" for character in text) - faults
    return right >= faults


def _wide_encoding(head: bytes) -> str | None:
    """Return which of UTF-16 and UTF-32 makes a plain text of bytes with zeros among them."""
    for encoding, width in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        whole = head[: len(head) // width * width]
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(whole)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return encoding
    return None


def _is_text(text: str) -> bool:
    """Tell whether characters make lines of a table, as those of two other bytes hardly do."""
    plain = sum(character < "\x7f" for character in text)
    divided = any(sign in text for sign in SEPARATORS) or plain > len(text) / 2
    has_lines = any(end in text for end in "\n\r")
    return has_lines and divided and not any(map(_is_no_text, set(text)))


def _is_no_text(character: str) -> bool:
    return character not in "\t\n\r\v\f" and unicodedata.category(character) in ("Cc", "Cn", "Co")


def _transcoded(
    content: memoryview,
    encoding: str,
    decided_by: str,
    path: str | Path,
    notes: tuple[Message, ...] = (),
) -> EncodedText:
    written = bytearray()
    for text in _decoded(content, encoding, path):
        written += text.encode("utf-8", "surrogatepass")
        require_bytes(len(written), path)
    utf8 = memoryview(written)
    _require_utf8(utf8, path)
    glance = glance_at(utf8)
    if b"\0" in glance.signs:
        raise _zero_bytes(utf8, first_of(utf8, b"\0"), path)
    return EncodedText(utf8, encoding, decided_by, glance, notes)


def _decoded(content: memoryview, encoding: str, path: str | Path) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), _PIECE):
        last = start + _PIECE >= len(content)
        try:
            yield decoder.decode(bytes(content[start : start + _PIECE]), last)
        except UnicodeDecodeError as error:
            raise DataError(
                _(
                    "{path}: near byte {position} the text is no {encoding}, as it seems to be. "
                    "Save it as UTF-8, or fetch it again.",
                    path=path,
                    position=start + error.start,
                    encoding=encoding,
                )
            ) from error


def _require_utf8(content: memoryview, path: str | Path) -> None:
    wrong = first_wrong_byte(content)
    if wrong is not None:
        raise _wrong_byte(content, wrong, path)


def _wrong_byte(content: memoryview, position: int, path: str | Path) -> DataError:
    return DataError(
        _(
            "{path}, line {line}: the byte 0x{byte:02X} is no UTF-8, as the rest of the text is. "
            "Correct the line, or save the whole file in one encoding.",
            path=path,
            line=line_of(content, position),
            byte=content[position],
        )
    )


def _zero_bytes(content: memoryview, position: int, path: str | Path) -> DataError:
    return DataError(
        _(
            "{path}, line {line}: there are zero bytes in it, which no text holds. It is "
            "damaged, or a file of another kind under this name: write or fetch it again.",
            path=path,
            line=line_of(content, position),
        )
    )
