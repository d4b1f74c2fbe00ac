"""A run's description: settings that have been checked, and where they came from.

Messages about a setting name the file and the key as its author wrote it, be it Axone's own form or
the course's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ValidationError

from axone.bounds import MOST_COMPLAINTS
from axone.data.sources import source_name
from axone.errors import AxoneError, ConfigurationError, UnknownNameError
from axone.experiments import course
from axone.experiments.files import merged, read_mapping, to_toml
from axone.experiments.recipes import with_recipe
from axone.experiments.schema import SHORTHAND, ExperimentData
from axone.libraries import said_anew
from axone.messages import Listed, Message, _, _n, any_of
from axone.shown import abridged

IN_MEMORY = "(rows in memory)"
"""The source of a run whose rows were given as they are: no file holds them."""


@dataclass(frozen=True)
class Description:
    """A run, described; an `Experiment` can be carried out as well.

    Attributes
    ----------
    settings : ExperimentData
    name : str
        Of the result folder, unless one is given.
    folder : Path or None
        Where data files are looked for first.
    where : str
        The file, for messages.
    origins : mapping of str to str
        The author's word for a setting, where it is not ours.
    learning_rate : float or None
        Of the optimiser, where its author left open which: of a preset's own.
    """

    settings: ExperimentData
    name: str
    folder: Path | None = None
    where: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
    learning_rate: float | None = None

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        overrides: Mapping[str, Any] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Self:
        """Read a TOML, JSON or YAML file, or one of the course's JSON files.

        Parameters
        ----------
        path : str or Path
        overrides : mapping, optional
            Settings that take precedence, nested as in the file.
        options : mapping of str to str, optional
            What the author of the overrides calls them: ``{"training.epochs": "--epochs"}``.

        Raises
        ------
        ConfigurationError
            With the file, the key, what was found and what is allowed, for everything wrong.
        """
        path = Path(path)
        content = read_mapping(path)
        origins: Mapping[str, str] = {}
        if course.is_course_file(content):
            try:
                content, origins = course.from_course(content), course.ORIGINS
            except ConfigurationError as error:
                raise ConfigurationError(f"{path}: {error}") from error
        origins = {**origins, **(options or {})}
        settings = parse(_laid_over(content, overrides or {}), str(path), origins)
        return cls(settings, path.stem, path.resolve().parent, str(path), origins)

    @classmethod
    def from_source(
        cls,
        source: str,
        overrides: Mapping[str, Any] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Self:
        """Describe a run on a dataset or a data file, with Axone's defaults for it."""
        content = with_recipe(source, overrides or {})
        name = source_name(source)
        origins = dict(options or {})
        return cls(parse(content, "", origins), name, origins=origins)

    @classmethod
    def in_memory(cls, settings: Mapping[str, Any] | None = None, name: str = "run") -> Self:
        """Describe a run on rows that will be given to `run`, with Axone's defaults for it."""
        content = merged({"data": {"source": IN_MEMORY}}, settings or {})
        return cls(parse(content, "", {}), name)

    def place(self, key: str) -> str:
        """Return a setting's name as its author knows it, with the file if there is one."""
        return _place(self.where, self.origins, key)

    def to_toml(self) -> str:
        """Write the settings as an experiment file."""
        return to_toml(self.to_data())

    def to_data(self) -> dict[str, Any]:
        """Return the settings as plain data, nested as in a file."""
        data = self.settings.model_dump()
        network = data["network"]
        if network["layers"] is not None or network["preset"] is not None:
            # What the layers say already would only contradict them after an edit.
            for name in SHORTHAND:
                del network[name]
        return data


def _laid_over(content: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Lay settings over a file's; a preset among them takes the place of its whole network."""
    network = content.get("network")
    if overrides.get("network", {}).get("preset") is not None and isinstance(network, Mapping):
        kept = {name: value for name, value in network.items() if name == "input_size"}
        content = {**content, "network": kept}
    return merged(content, overrides)


def parse(content: Mapping[str, Any], where: str, origins: Mapping[str, str]) -> ExperimentData:
    """Check settings; every mistake is told, each with its key.

    Raises
    ------
    ConfigurationError
        Something is missing, unknown or impossible.
    """
    try:
        return ExperimentData.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(_complaints(content, error, where, origins)) from error
    except RecursionError as error:
        raise ConfigurationError(
            _("{path}: nested too deeply to be an experiment.", path=where)
        ) from error


def _complaints(
    content: Mapping[str, Any],
    error: ValidationError,
    where: str,
    origins: Mapping[str, str],
) -> Message:
    """Return what is wrong, a line a setting: the first of many, and how many more there are."""
    # Of the branches of a union the last is told.
    mistakes = {
        _path(content, mistake["loc"]): mistake for mistake in error.errors(include_url=False)
    }
    lines = [
        _(
            "{place}: {cause}",
            place=_place(where, origins, _dotted(path)),
            cause=_complaint(path, mistake),
        )
        for path, mistake in islice(mistakes.items(), MOST_COMPLAINTS)
    ]
    more = len(mistakes) - len(lines)
    if more:
        lines.append(_n("… and {count} more mistake.", "… and {count:,} more mistakes.", more))
    return _("{complaints}", complaints=Listed(lines, "\n"))


def _place(where: str, origins: Mapping[str, str], key: str) -> str:
    parts = key.split(".")
    above = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    word = next((origins[name] for name in above if name in origins), key)
    # An option of the command line stands in no file.
    return f"{where}: {word}" if where and not word.startswith("--") else word


def _path(content: Mapping[str, Any], location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the parts of a location that are keys; pydantic adds the branches of unions."""
    parts: list[str] = []
    below: Any = content
    for number, part in enumerate(location):
        if isinstance(below, Mapping) and (part in below or number < 2):
            parts.append(str(part))
            below = below.get(part)
        elif isinstance(below, list) and isinstance(part, int) and part < len(below):
            parts.append(str(part))
            below = below[part]
    return tuple(parts)


def _dotted(path: Sequence[str]) -> str:
    """Return a key as a file writes it: a part that is no plain word stands in quotes."""
    return ".".join(
        part if re.fullmatch(r"[\w-]{1,100}", part) else repr(abridged(part)) for part in path
    )


def _complaint(path: tuple[str, ...], mistake: Any) -> Message | str:
    if mistake["type"] == "extra_forbidden":
        return _unknown(path)
    if mistake["type"] == "missing":
        return _("this setting is missing.")
    cause = mistake.get("ctx", {}).get("error")
    if isinstance(cause, Exception):
        return cause.message if isinstance(cause, AxoneError) else str(cause)
    return _("{fault}; found {found!r}.", fault=said_anew(mistake["msg"]), found=mistake["input"])


def _unknown(path: tuple[str, ...]) -> Message:
    """Say which key was meant, or in which table it belongs."""
    *table, key = path
    everywhere = list(_homes(ExperimentData, ()))
    # The optimiser's own, the most often misplaced of all.
    everywhere.append(("training", "optimizer", "learning_rate"))
    homes = [home for home in everywhere if home[-1] == key and len(home) > 1]
    if (*table, *key.split(".")) in everywhere and "." in key:
        *above, last = (*table, *key.split("."))
        return _(
            "a key in quotes is one word, dots and all. Write {last!r} in the table {table!r}.",
            last=last,
            table=".".join(above),
        )
    if (key,) in everywhere:
        return _("unknown key {key!r}. It belongs before all tables.", key=key)
    if homes:
        return _(
            "unknown key {key!r}. It belongs in the table {tables!r}.",
            key=key,
            tables=any_of(".".join(home[:-1]) for home in homes),
        )
    return UnknownNameError(_("key"), key, _fields(table)).message


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the table that a setting is; None if it is none."""
    options = getattr(annotation, "__args__", (annotation,))
    return next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)


def _homes(model: type[BaseModel], table: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Go through all settings, each with the tables that it is in."""
    for name, info in model.model_fields.items():
        yield (*table, name)
        below = _section(info.annotation)
        if below is not None:
            yield from _homes(below, (*table, name))


def _fields(table: Sequence[str]) -> list[str]:
    """Return the keys that a table of the schema has."""
    model: type[BaseModel] = ExperimentData
    for part in table:
        below = _section(model.model_fields[part].annotation)
        if below is None:
            break
        model = below
    return list(model.model_fields)
