"""Model files of earlier versions, described anew in the words of this one.

The promise: a model that a released version wrote is read by every later one. Kept files of each
format lie beside the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from axone.data.plain_data import PlainData, read_data
from axone.messages import _

FIRST_FORMAT = "axone-model-1"
SECOND_FORMAT = "axone-model-2"

_MARKS = (
    "?", "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None", "<NA>",
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN",
)  # fmt: skip
"""What was missing in columns of text too, before the two formats ended."""

_WRITTEN = {"number": "numbers", "boolean": "truths", "date": "dates"}

_THRESHOLD = "heaviside"


@dataclass(frozen=True)
class _First(PlainData):
    """One network; tables and arrays told apart by an encoder that is there or not."""

    network: Any
    loss: Any
    preprocessing: "_FirstPreprocessing"
    target: "_FirstTarget"
    temperature: float


@dataclass(frozen=True)
class _FirstPreprocessing(PlainData):
    encoder: dict[str, Any] | None
    scaler: dict[str, Any]
    feature_shape: tuple[int, ...]
    feature_names: tuple[str, ...]


@dataclass(frozen=True)
class _FirstTarget(PlainData):
    task: str
    column: str
    class_names: tuple[str, ...]
    class_values: tuple[str, ...]
    names: tuple[str, ...]
    scaler: dict[str, Any] | None


def from_first_format(
    described: object, arrays: Mapping[str, NDArray[Any]]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return header and arrays as the second format has them.

    Raises
    ------
    ModelFileError
        The header is not one of the first format.
    """
    if isinstance(described, Mapping):  # models of before there were temperatures have none
        described = {"temperature": 1.0, **described}
    fields = read_data(_First, described, _("model"))
    given = fields.preprocessing
    first: dict[str, Any] = (
        {"name": "numbers", "shape": given.feature_shape, "names": given.feature_names}
        if given.encoder is None
        else {"name": "table", **given.encoder, "table_names": ()}
    )
    target: dict[str, Any] = {"task": fields.target.task, "column": fields.target.column}
    if fields.target.task == "classification":
        names, values = fields.target.class_names, fields.target.class_values
        target |= {"class_names": names, "class_values": values}
        target |= {"labels": (), "label_type": "", "several": False}
    else:
        target |= {"names": fields.target.names, "scaler": fields.target.scaler}
        target |= {"lowest": (), "highest": ()}
    header = {
        "network": fields.network,
        "members": 1,
        "loss": fields.loss,
        "preprocessing": {"steps": [first, {"name": "scaling", **given.scaler}]},
        "target": target,
        "temperature": fields.temperature,
        "engine": "auto",
        "precision": None,
    }
    return header, {f"0/{name}": array for name, array in arrays.items()}


def from_second_format(header: object) -> object:
    """Return the header as the present format has it.

    There tables say how their cells are written, and threshold units what they give at 0.
    """
    if not isinstance(header, Mapping) or not isinstance(header.get("preprocessing"), Mapping):
        return header
    preprocessing = dict(header["preprocessing"])
    steps = preprocessing.get("steps")
    if isinstance(steps, list):
        preprocessing["steps"] = [_with_reading(step) for step in steps]
    network = _with_earlier_thresholds(header.get("network"))
    return {**header, "preprocessing": preprocessing, "network": network}


def _with_reading(step: Any) -> Any:
    if not isinstance(step, Mapping) or step.get("name") != "table":
        return step
    columns = step.get("columns")
    if not isinstance(columns, list) or not all(isinstance(each, Mapping) for each in columns):
        return step
    readings = [
        {
            "name": each.get("name"),
            "written": _WRITTEN.get(str(each.get("kind")), "texts"),
            "numerals": {"decimal": ".", "grouping": "", "unit": ""},
            "dates": {"order": "", "compact": False, "clock": False},
            "missing": _MARKS,
        }
        for each in columns
    ]
    columns = [_with_range_or_periods(dict(each)) for each in columns]
    return {**step, "columns": columns, "reading": {"columns": readings}}


def _with_range_or_periods(column: dict[str, Any]) -> dict[str, Any]:
    if column.get("kind") == "number":
        return {"lowest": None, "highest": None, **column}
    if column.get("kind") == "date" and "with_time" in column:
        periods = ["year", "week", "day"] if column.pop("with_time") else ["year", "week"]
        return {**column, "with_days": True, "periods": periods}
    return column


def _with_earlier_thresholds(described: Any) -> Any:
    """Return layers as data in which every threshold unit says what it gives at 0.

    One that says nothing is of a version in which it gave 1, and goes on to: a perceptron that
    learnt that its threshold fires would otherwise predict another class there.
    """
    if described == _THRESHOLD:
        return {"name": _THRESHOLD, "at_zero": 1.0}
    if isinstance(described, list | tuple):
        return [_with_earlier_thresholds(each) for each in described]
    if not isinstance(described, Mapping):
        return described
    earlier = {"at_zero": 1.0} if described.get("name") == _THRESHOLD else {}
    return earlier | {
        key: value if key == "name" else _with_earlier_thresholds(value)
        for key, value in described.items()
    }
