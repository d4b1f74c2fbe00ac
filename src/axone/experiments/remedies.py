"""A remedy laid over an experiment: the same run with what its diagnosis asks to be changed.

A remedy for the hidden layers is applied to the list of layers, which a run's own file has.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from axone.errors import ConfigurationError
from axone.experiments.description import Description, parse
from axone.experiments.experiment import Experiment
from axone.messages import _
from axone.registry import plain
from axone.training import Diagnosis, Finding
from axone.training.diagnosis.treatment import changed_layers, is_of_layers


def finding_to_treat(diagnosis: Diagnosis, number: int) -> Finding:
    """Return the finding of that number, 1 for the first, which a remedy can be applied for.

    Raises
    ------
    ConfigurationError
        There is none, or no setting helps against it.
    """
    if not diagnosis:
        raise ConfigurationError(
            _("Nothing was found wrong with that run: there is no remedy to apply.")
        )
    if not 1 <= number <= len(diagnosis):
        raise ConfigurationError(
            _(
                "--apply-remedy takes the number of a finding, 1 to {count}; found {found}.",
                count=len(diagnosis),
                found=number,
            )
        )
    finding: Finding = diagnosis[number - 1]
    if not finding.remedy.changes:
        raise ConfigurationError(
            _(
                "No setting helps against {code}: {words}",
                code=finding.code,
                words=finding.remedy.words,
            )
        )
    return finding


def treated(experiment: Description, changes: Mapping[str, Any]) -> Experiment:
    """Return an experiment with some settings changed.

    Parameters
    ----------
    experiment : Description
        Resolved: that of a run's folder, or `Prepared.experiment`.
    changes : mapping of str to value
        By key, as `Remedy.changes` has them.
    """
    content = experiment.to_data()
    given = experiment.settings.network.layers
    for key, value in changes.items():
        if given is None or not is_of_layers(key):
            put(content, key.split("."), value)
    if given is not None:
        layers = changed_layers(given, changes)
        content["network"]["layers"] = [plain(layer) for layer in layers]
        if len(layers) != len(given):
            content["network"]["layer_names"] = None
    settings = parse(without_nothing(content), experiment.where, experiment.origins)
    return Experiment(
        settings, experiment.name, experiment.folder, experiment.where, experiment.origins
    )


def put(content: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Put a value where its key says, or take out what is there if it is None.

    A member that is a name alone becomes a table; an optimiser that is not named is Adam.
    """
    *tables, last = path
    section = content
    for name in tables:
        inner = section.get(name)
        if isinstance(inner, str):
            inner = {"name": inner}
        if inner is None:
            inner = {"name": "adam"} if name == "optimizer" else {}
        section[name] = inner = dict(inner)
        section = inner
    if value is None:
        section.pop(last, None)
    else:
        section[last] = value


def without_nothing(content: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None, which is the default."""
    return {
        name: without_nothing(value) if isinstance(value, Mapping) else value
        for name, value in content.items()
        if value is not None
    }
