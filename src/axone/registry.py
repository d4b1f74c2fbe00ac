"""A table from names to descriptions, used alike for layers, activations, losses and optimisers.

A description is a frozen dataclass. As plain data it is its name, `"adam"`, or a mapping with the
settings that differ from the defaults, `{"name": "adam", "learning_rate": 0.01}`: the form of
experiment files and of saved models.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import numpy as np

from axone.errors import ArgumentTypeError, ConfigurationError, UnknownNameError
from axone.messages import Message, _, all_of, listed

Member = TypeVar("Member")

ALWAYS_WRITTEN: Mapping[str, Any] = {"always_written": True}
"""The metadata of a field that plain data name though it has its default: one whose absence means
something else in files of before there was the field."""

_REGISTRY_OF: dict[type, "Registry[Any]"] = {}
"""Which table a class stands in; filled where the tables are written, never afterwards."""


class _NestedTooDeeplyError(ConfigurationError):
    """Descriptions within one another without end."""


class Registry(Generic[Member]):
    """The members of one family, by name.

    Parameters
    ----------
    kind : str
        What a member is called in messages: ``_("activation")``.
    members : mapping of str to class
        Frozen dataclasses by their canonical lower-case name.
    aliases : mapping of str to str, optional
        Other names of the same members.
    short_ways : mapping of str to function, optional
        Functions that build a member from fewer settings, by a name of their own: what they build
        is written under the member's name.
    otherwise : function, optional
        Makes a member of a text that is no name, as a formula is, or of anything else that is no
        description; None where it cannot either.
    otherwise_pattern : str, optional
        A regular expression that finds something in texts that `otherwise` may take, for schemas.
    """

    def __init__(
        self,
        kind: str,
        members: Mapping[str, type[Member]],
        aliases: Mapping[str, str] | None = None,
        short_ways: Mapping[str, Callable[..., Member]] | None = None,
        otherwise: Callable[[Any], Member | None] | None = None,
        otherwise_pattern: str | None = None,
    ) -> None:
        self.kind = kind
        self.short_ways = dict(short_ways or {})
        self._members = dict(members)
        self._aliases = dict(aliases or {})
        self._otherwise, self.otherwise_pattern = otherwise, otherwise_pattern
        self._names = {member: name for name, member in self._members.items()}
        # A description never changes, so that one is enough for all who name it.
        self._with_defaults: dict[str, Member] = {}

        _REGISTRY_OF.update(dict.fromkeys(self._names, self))

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    @property
    def names(self) -> list[str]:
        """Every name that `resolve` knows, aliases and short ways included."""
        return sorted([*self._members, *self._aliases, *self.short_ways])

    def member(self, name: str) -> type[Member]:
        """Return the class of that name, whatever its case.

        Raises
        ------
        UnknownNameError
            The name is in no row of the table.
        """
        lower = name.strip().lower()
        canonical = self._aliases.get(lower, lower)
        if canonical not in self._members:
            raise UnknownNameError(self.kind, name, self.names)
        return self._members[canonical]

    def knows(self, name: str) -> bool:
        """Whether a word is a name in the table, an alias or a short way, whatever its case."""
        lower = name.strip().lower()
        return lower in self._members or lower in self._aliases or lower in self.short_ways

    def resolve(self, given: "str | Mapping[str, Any] | Member") -> Member:
        """Make a description of what a user gave: a name, a mapping, or a description already."""
        if _REGISTRY_OF.get(type(given)) is self:
            return given  # type: ignore[return-value]  # it is a member
        if isinstance(given, str):
            if given not in self._with_defaults:
                if not self.knows(given) and self._otherwise and (made := self._otherwise(given)):
                    return made
                self._with_defaults[given] = self._build(given, {})
            return self._with_defaults[given]
        if isinstance(given, Mapping):
            settings = dict(given)
            name = settings.pop("name", None)
            if not isinstance(name, str):
                raise ConfigurationError(
                    _(
                        '{kind} {given!r} has no name: write {{"name": "…", …}}. Allowed: {names}.',
                        kind=self.kind,
                        given=dict(given),
                        names=listed(self.names),
                    )
                )
            return self._build(name, settings)
        is_described = dataclasses.is_dataclass(given) and not isinstance(given, type)
        # A class of the user's own stands in no table; a member of another family is a mistake.
        if is_described and type(given) not in _REGISTRY_OF:
            return given
        if self._otherwise and type(given) not in _REGISTRY_OF and (made := self._otherwise(given)):
            return made
        raise ArgumentTypeError(
            _(
                "{kind} must be a name, a mapping with a name, or an object of Axone's, not "
                "{given!r}. Allowed names: {names}.",
                kind=self.kind,
                given=given,
                names=listed(self.names),
            )
        )

    def name_of(self, described: object) -> str | None:
        """Return the name of a description's class; None for one of the user's own."""
        return self._names.get(type(described))  # type: ignore[arg-type]

    def to_data(self, described: Member) -> Any:
        """Write a description as plain data, the inverse of `resolve`."""
        name = self._names[type(described)]
        settings = {
            field.name: plain(getattr(described, field.name))
            for field in dataclasses.fields(described)  # type: ignore[arg-type]
            if field.metadata.get("always_written")
            or getattr(described, field.name) != _default(field)
        }
        return {"name": name, **settings} if settings else name

    def settings(self, name: str) -> list[dataclasses.Field[Any]]:
        """Return the settings that a member takes, as dataclass fields."""
        fields = dataclasses.fields(self.member(name))  # type: ignore[arg-type]
        return [field for field in fields if field.init]

    def _build(self, name: str, settings: Mapping[str, Any]) -> Member:
        build: Callable[..., Member]
        short_way = self.short_ways.get(name.strip().lower())
        if short_way is None:
            member = self.member(name)
            build = getattr(member, "from_settings", member)
            known = {field.name for field in self.settings(name)} if settings else set()
        else:
            build, known = short_way, set(inspect.signature(short_way).parameters)
        for key in settings:
            if key not in known:
                raise (
                    UnknownNameError(
                        _("setting"),
                        key,
                        known,
                        where=_("{kind} {name!r}", kind=self.kind, name=name),
                    )
                    if known
                    else ConfigurationError(
                        _(
                            "{kind} {name!r} takes no settings, but was given {key!r}.",
                            kind=self.kind,
                            name=name,
                            key=key,
                        )
                    )
                )
        try:
            return build(**settings)
        except _NestedTooDeeplyError:
            raise  # without the name of each level
        except RecursionError as error:
            raise _NestedTooDeeplyError(
                _("{kind} {name!r}: nested too deeply.", kind=self.kind, name=name)
            ) from error
        except ConfigurationError as error:
            raise ConfigurationError(self._in_place(name, error)) from error
        except ArgumentTypeError as error:
            raise ArgumentTypeError(self._in_place(name, error)) from error
        except TypeError as error:
            signature = inspect.signature(build)
            missing = [
                parameter.name
                for parameter in signature.parameters.values()
                if parameter.default is parameter.empty and parameter.name not in settings
            ]
            raise ConfigurationError(
                _(
                    "{kind} {name!r} needs {missing}.",
                    kind=self.kind,
                    name=name,
                    missing=all_of(missing) or signature,
                )
            ) from error

    def _in_place(self, name: str, error: Exception) -> Message:
        return _("{kind} {name!r}: {error}", kind=self.kind, name=name, error=error)


def plain(value: Any) -> Any:
    """Turn a field of a description into what JSON and TOML can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return registry_of(value).to_data(value)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def registry_of(described: Any) -> Registry[Any]:
    """Return the table that a description stands in.

    Raises
    ------
    ConfigurationError
        Its class is in no table: a class of the user's own, which no file can name.
    """
    registry = _REGISTRY_OF.get(type(described))
    if registry is None:
        raise ConfigurationError(
            _(
                "{described!r} is of a class of your own: it runs, but it has no name that a "
                "file could hold, so it cannot be saved. Use one of Axone's.",
                described=described,
            )
        )
    return registry


def name_of(described: Any) -> str:
    """Return ``"relu"`` of a ReLU, and the class's name of a description of the user's own."""
    registry = _REGISTRY_OF.get(type(described))
    if registry is None:
        return type(described).__name__
    data = registry.to_data(described)
    return str(data if isinstance(data, str) else data["name"])


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
