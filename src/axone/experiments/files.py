"""Experiment files: TOML, JSON and YAML read with bounded trust, and TOML written.

A file from outside is plain data and nothing else: no aliases in YAML (they can grow without bound,
or into themselves), no duplicate keys, a bounded size.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from axone.errors import ConfigurationError
from axone.messages import _

_MAX_BYTES = 2**20

SUFFIXES = (".toml", ".json", ".yaml", ".yml")
"""The endings by which an experiment file is known."""


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

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        _refuse_duplicates([(str(key), None) for key in keys])
        return super().construct_mapping(node, deep=deep)


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a file of settings into plain data.

    Raises
    ------
    ConfigurationError
        Missing, empty, too large, not in the format that its ending says, or not a table of keys.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ConfigurationError(
                _("{path}: larger than 1 MiB, which no experiment file is.", path=path)
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            _("{path}: cannot be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(_("{path}: not a text file in UTF-8.", path=path)) from error
    if not text.strip():
        raise ConfigurationError(_("{path}: the file is empty.", path=path))
    try:
        content = _parse(text, path.suffix.lower())
    except RecursionError as error:
        raise ConfigurationError(
            _("{path}: nested too deeply to be an experiment.", path=path)
        ) from error
    except (ValueError, yaml.YAMLError) as error:
        raise ConfigurationError(_("{place}: {cause}", place=path, cause=error)) from error
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ConfigurationError(
            _(
                "{path}: expected a table of settings, found {found}.",
                path=path,
                found=f"{content!r:.60}",
            )
        )
    return content


def holds_records(path: Path) -> bool:
    """Tell whether a JSON file is no experiment but a table: a list of rows, or of columns."""
    if path.suffix.lower() != ".json":
        return False
    try:
        if path.stat().st_size > _MAX_BYTES:
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
        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text, object_pairs_hook=_refuse_duplicates)
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 — a SafeLoader


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) < len(pairs):
        keys = [pair[0] for pair in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ConfigurationError(_("the key {key!r} is given twice.", key=twice))
    return seen


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return `below` with the settings of `above` laid over it, table by table."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result


def to_toml(data: Mapping[str, Any]) -> str:
    """Write settings as TOML; what is None is left out, because TOML has no word for it."""
    import tomli_w

    return tomli_w.dumps(_without_none(data))


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value
