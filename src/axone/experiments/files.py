"""Experiment files: TOML, JSON and YAML read with bounded trust, and TOML written.

A file from outside is plain data and nothing else: no aliases in YAML (they can grow without bound,
or into themselves), no duplicate keys, a bounded size.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from axone.bounds import DEEPEST_SETTINGS, MOST_KEY_PARTS, SETTINGS_BYTES
from axone.errors import ConfigurationError
from axone.files import read_bounded, told_of_damage
from axone.messages import _, at

SUFFIXES = (".toml", ".json", ".yaml", ".yml")
"""The endings by which an experiment file is known."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_KEY_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w-]){_KEY_PART}(?:[ \t]*+\.[ \t]*+{_KEY_PART}){{{MOST_KEY_PARTS}}}")
"""A dotted key of more parts than TOML's reader, quadratic in them, is given."""


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors, aliases and duplicate keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ConfigurationError(
                _(
                    "line {number}: YAML aliases (*name) are not allowed here, because they can "
                    "refer to themselves: write the value out.",
                    number=mark.line + 1,
                )
            )
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ConfigurationError, yaml.YAMLError, RecursionError):
            raise
        # PyYAML's constructors raise all kinds: IndexError of `!!int ""`, AttributeError of dates.
        except Exception as error:
            raise ConfigurationError(
                _(
                    "line {number}: {text!r} is no {kind}, which its tag says it is.",
                    number=node.start_mark.line + 1,
                    text=node.value,
                    kind=node.tag.rpartition(":")[2],
                )
            ) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if not isinstance(node, yaml.MappingNode):
            return super().construct_mapping(node, deep=deep)  # which says what is wrong
        for key, _value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise ConfigurationError(
                    _(
                        "line {number}: YAML merge keys (<<) are not allowed here: write the "
                        "keys out.",
                        number=key.start_mark.line + 1,
                    )
                )
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        for key in keys:
            if not isinstance(key, str):
                raise ConfigurationError(
                    _(
                        "line {number}: the key {key!r} is no text: put it in quotes.",
                        number=node.start_mark.line + 1,
                        key=key,
                    )
                )
        _refuse_duplicates([(key, None) for key in keys])
        return super().construct_mapping(node, deep=deep)


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a file of settings into plain data.

    Raises
    ------
    ConfigurationError
        Missing, empty, too large, not in the format that its ending says, or not a table of keys.
    """
    try:
        content = read_bounded(path, SETTINGS_BYTES)
        if content is None:
            raise ConfigurationError(
                _("{path}: larger than 1 MiB, which no experiment file is.", path=path)
            )
        # A byte order mark, which Windows' editors put first, is no part of the text.
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            _("{path}: cannot be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(_("{path}: not a text file in UTF-8.", path=path)) from error
    if not text.strip():
        raise ConfigurationError(_("{path}: the file is empty.", path=path))
    try:
        with told_of_damage(_unreadable):
            settings = _parse(text, path.suffix.lower())
            _require_plain(settings, "", DEEPEST_SETTINGS)
    except ConfigurationError as error:
        raise ConfigurationError(_("{place}: {cause}", place=path, cause=error)) from error
    if not isinstance(settings, dict):
        raise ConfigurationError(
            _(
                "{path}: expected a table of settings, found {found!r}.",
                path=path,
                found=settings,
            )
        )
    return settings


def _unreadable(error: Exception) -> ConfigurationError:
    cause: Any = error if str(error) else type(error).__name__
    if isinstance(error, RecursionError):
        cause = _("nested too deeply to be an experiment.")
    elif "int_max_str_digits" in str(error):
        cause = _("a whole number of thousands of digits, which no setting has.")
    return ConfigurationError(_("{cause}", cause=cause))


def holds_records(path: Path) -> bool:
    """Tell whether a JSON file is no experiment but a table: a list of rows, or of columns."""
    if path.suffix.lower() != ".json":
        return False
    try:
        if path.stat().st_size > SETTINGS_BYTES:
            return True
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    if isinstance(content, dict):
        content = list(content.values())
        return bool(content) and all(isinstance(value, list) for value in content)
    return isinstance(content, list)


def _parse(text: str, suffix: str) -> Any:
    if suffix == ".toml":
        long_key = _LONG_KEY.search(text)
        if long_key is not None:
            raise ConfigurationError(
                _(
                    "line {number}: a key of more than {most} parts: {key}",
                    number=text.count("\n", 0, long_key.start()) + 1,
                    most=MOST_KEY_PARTS,
                    key=long_key[0],
                )
            )
        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text, object_pairs_hook=_refuse_duplicates)
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 — a SafeLoader


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        twice = next(
            key for key, count in Counter(key for key, _value in pairs).items() if count > 1
        )
        raise ConfigurationError(_("the key {key!r} is given twice.", key=twice))
    return seen


def _require_plain(value: Any, place: str, depth: int) -> None:
    """Refuse what some of the formats can say and settings never do.

    Raises
    ------
    ConfigurationError
        Tables nested without end, text that no file can hold, values that are neither numbers, text
        nor truths: sets, bytes, dates.
    """
    if depth == 0:
        raise ConfigurationError(_("nested too deeply to be an experiment."))
    if isinstance(value, dict):
        for key, item in value.items():
            _require_plain(key, place, depth - 1)
            _require_plain(item, f"{place}.{key}" if place else key, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _require_plain(item, place, depth - 1)
    elif isinstance(value, str):
        lone = _SURROGATE.search(value)
        if lone is not None:
            raise ConfigurationError(
                at(
                    place,
                    _(
                        "{text!r} holds half a character ({code}), which no text file can: write "
                        "the whole one.",
                        text=value,
                        code=f"\\u{ord(lone[0]):04x}",
                    ),
                )
            )
    elif value is not None and not isinstance(value, (bool, int, float)):
        raise ConfigurationError(
            at(
                place,
                _(
                    "{value} is of a kind ({kind}) that no setting has: put text in quotes.",
                    value=value,
                    kind=type(value).__name__,
                ),
            )
        )


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return `below` with the settings of `above` laid over it, table by table."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result


def to_toml(data: Mapping[str, Any]) -> str:
    """Write settings as TOML, which has no word for None.

    A setting that is None is left out; among the choices of a search it is the word `NOTHING`.
    """
    import tomli_w

    return tomli_w.dumps(_without_none(data))


NOTHING = "none"
"""What stands for None where it cannot be left out: among the choices of a search, `--vary
clip_norm=none|1`."""


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [NOTHING if item is None else _without_none(item) for item in value]
    return value
