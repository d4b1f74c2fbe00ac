"""What a diagnosis is: findings, each with what gave it away, its likely cause and its remedy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from axone.kept_messages import as_data, from_data
from axone.messages import Message, _


@dataclass(frozen=True)
class Remedy:
    """What is likely to help, in words and as settings.

    Attributes
    ----------
    words : Message
        A sentence without its end.
    changes : mapping of str to value
        Settings of an experiment file by their key, ``{"training.clip_norm": 1.0}``; None is the
        default of a setting. Empty where no setting helps.
    """

    words: Message
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One failure explained.

    Attributes
    ----------
    code : str
        What programs tell it by: ``"diverged"``, ``"dead_units"``, ….
    symptom, cause : Message
        A sentence each.
    evidence : tuple of Message
        What was measured, with the layer or feature that it belongs to: ``evidence[0].figures``.
    remedy : Remedy
    certainty : float
        Between 0 and 1: by it findings are put in their order.
    layer : int or None
        The layer where it shows most, 0 for the first.
    epoch : int or None
        At the end of which epoch it was seen; 0 before the first.
    """

    code: str
    symptom: Message
    cause: Message
    evidence: tuple[Message, ...]
    remedy: Remedy
    certainty: float
    layer: int | None = None
    epoch: int | None = None

    @property
    def lines(self) -> tuple[Message, ...]:
        """The whole of it, for people."""
        return (
            self.symptom,
            _("Cause: {cause}", cause=self.cause),
            *(_("  - {figure}", figure=each) for each in self.evidence),
            _("Remedy: {remedy}", remedy=self.remedy.words),
        )

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {
            "code": self.code,
            "layer": self.layer,
            "epoch": self.epoch,
            "certainty": self.certainty,
            "symptom": str(self.symptom),
            "cause": str(self.cause),
            "evidence": [
                {"text": str(each), "figures": dict(each.figures)} for each in self.evidence
            ],
            "remedy": {"text": str(self.remedy.words), "changes": dict(self.remedy.changes)},
        }

    def kept(self) -> dict[str, Any]:
        """Return it as plain data for a file, from which it is told in any language."""
        return {
            **self.to_data(),
            "said": {
                "symptom": as_data(self.symptom),
                "cause": as_data(self.cause),
                "evidence": [as_data(each) for each in self.evidence],
                "remedy": as_data(self.remedy.words),
            },
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Finding":
        """Return the finding that `kept` wrote; of what `to_data` wrote its texts as they stand."""
        remedy = data["remedy"]
        said = data.get("said") or {
            "symptom": data["symptom"],
            "cause": data["cause"],
            "remedy": remedy["text"],
        }
        evidence = (
            map(from_data, said["evidence"])
            if "evidence" in said
            else map(_as_it_stood, data["evidence"])
        )
        return cls(
            str(data["code"]),
            from_data(said["symptom"]),
            from_data(said["cause"]),
            tuple(evidence),
            Remedy(from_data(said["remedy"]), dict(remedy["changes"])),
            float(data["certainty"]),
            data["layer"],
            data["epoch"],
        )

    def __str__(self) -> str:
        return "\n".join(str(line) for line in self.lines)


def _as_it_stood(evidence: Mapping[str, Any]) -> Message:
    """Return a line of evidence with its figures; braces in its text are those of names."""
    text = str(evidence["text"]).replace("{", "{{").replace("}", "}}")
    figures = dict(evidence["figures"])
    return Message(text, figures) if figures else Message(str(evidence["text"]))


@dataclass(frozen=True)
class Diagnosis(Sequence[Finding]):
    """All that was found wrong with a run, most certain first; empty for a healthy one.

    Attributes
    ----------
    findings : tuple of Finding
    missing : tuple of Message
        What could not be looked at, because the run did not keep it.

    Examples
    --------
    >>> bool(Diagnosis())
    False
    """

    findings: tuple[Finding, ...] = ()
    missing: tuple[Message, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The codes of the findings, in their order."""
        return [finding.code for finding in self.findings]

    @property
    def lines(self) -> tuple[Message, ...]:
        """The whole of it, for people."""
        return tuple(line for finding in self.findings for line in finding.lines)

    def to_data(self) -> list[dict[str, Any]]:
        """Return it as plain data, for JSON."""
        return [finding.to_data() for finding in self.findings]

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, index: Any) -> Any:
        return self.findings[index]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        return "\n\n".join(str(finding) for finding in self.findings)
