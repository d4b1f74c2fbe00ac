"""What is wrong with the run: findings as they arise, and the changes of their remedies made."""

from collections.abc import Mapping
from typing import Any

from axone.checks import check_integer, check_text
from axone.errors import ConfigurationError
from axone.messages import _
from axone.playground.bench import Bench
from axone.playground.diagnosing import Diagnoser, Look
from axone.playground.treatment import treated
from axone.training import Finding

_PATIENCE = 0.3
"""Seconds that an answer waits for a look where nothing is being learnt meanwhile."""


def diagnosis(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the findings, most certain first; while a run goes on those of the last look."""
    wait = 0.0 if bench.playing else _PATIENCE
    look, is_current = Diagnoser.of(bench).look(bench, wait)
    return {
        "findings": [] if look is None else _findings(look),
        "epoch": None if look is None else look.epoch,
        "current": is_current,
        "ended": bench.attempt.ended is not None,
    }


def remedy(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make the changes of a finding's remedy: a new design, which undo takes back.

    Raises
    ------
    ConfigurationError
        There is no such finding, no setting helps against it, or the design is another one by now.
    """
    number = fields.get("finding")
    check_integer("finding", number, at_least=1)
    look = Diagnoser.of(bench).last
    if look is None or look.run is not bench.run:
        raise ConfigurationError(
            _("The design has changed since then: look at the diagnosis again.")
        )
    finding = _numbered(look, number, fields.get("code"))
    if fields.get("remedy", 1) != 1 or not finding.remedy.changes:
        raise ConfigurationError(
            _("No setting helps against this: {words}", words=finding.remedy.words)
        )
    told = bench.set_design(treated(bench.design, finding.remedy.changes))
    return {**told, "state": bench.state()}


def _numbered(look: Look, number: Any, code: Any) -> Finding:
    """Return the finding that the page means: of its code, where the numbers have moved since."""
    if code is not None:
        check_text("code", code)
        for finding in look.told:
            if finding.code == code:
                return finding
    elif number <= len(look.told):
        return look.told[number - 1]
    raise ConfigurationError(_("This is found no more: look at the diagnosis again."))


def _findings(look: Look) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "code": finding.code,
            "title": str(finding.symptom),
            "cause": str(finding.cause),
            "lines": [str(line) for line in finding.evidence],
            "layer": finding.layer,
            "epoch": finding.epoch,
            "certainty": round(finding.certainty, 2),
            "remedies": [
                {
                    "number": 1,
                    "words": str(finding.remedy.words),
                    "applies": bool(finding.remedy.changes),
                }
            ],
        }
        for number, finding in enumerate(look.told, start=1)
    ]


ANSWERS = {"diagnosis": diagnosis, "remedy": remedy}
