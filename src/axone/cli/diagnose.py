"""`axone diagnose`: why a run failed, or that nothing is wrong with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.console import explained_errors, output, print_json, print_wrapped, tell
from axone.messages import Message, _

if TYPE_CHECKING:
    from rich.console import Console

    from axone.training import Diagnosis


def diagnose(
    run: Annotated[Path, typer.Argument(help=_("A folder of `axone train`."), metavar="RUN")],
    anew: Annotated[
        bool,
        typer.Option("--anew", help=_("Work it out again, from the data and the weights.")),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("Print the findings as JSON, most certain first."))
    ] = False,
) -> None:
    """Run `axone diagnose`, as its help tells."""
    with explained_errors():
        from axone.experiments.diagnosing import diagnosis_of, worked_out

        found = worked_out(run) if anew else diagnosis_of(run)
        if as_json:
            print_json(found.to_data())
        else:
            show_diagnosis(output(), found, run)


def show_diagnosis(console: "Console", diagnosis: "Diagnosis", folder: Path | None) -> None:
    """Print the findings by number, and how a remedy is applied."""
    if not diagnosis:
        tell(console, _("Nothing is wrong with this run, as far as its numbers tell."))
    for number, finding in enumerate(diagnosis, start=1):
        if number > 1:
            console.print()
        heading = _(
            "{number}. {symptom} [{code}]",
            number=number,
            symptom=finding.symptom,
            code=finding.code,
        )
        print_wrapped(console, heading, indent=3)
        for line in finding.lines[1:]:
            print_wrapped(console, f"   {line}", indent=7 if str(line).startswith("  -") else 5)
    if any(finding.remedy.changes for finding in diagnosis) and folder is not None:
        console.print()
        number = next(n for n, each in enumerate(diagnosis, start=1) if each.remedy.changes)
        tell(
            console,
            _(
                "To apply a remedy: axone train {folder} --apply-remedy {number}",
                folder=folder,
                number=number,
            ),
        )
    for missing in diagnosis.missing:
        print_wrapped(console, _missing(missing), indent=2)


def _missing(what: Message) -> Message:
    return _("Not looked at, because the folder does not hold it: {what}.", what=what)
