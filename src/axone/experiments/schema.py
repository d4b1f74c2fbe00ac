"""An experiment as data: everything a run is made of, checked by pydantic.

The same schema is what `axone schema` prints as JSON Schema, what files are checked against, and
what is written, completed, beside every result.
"""

from typing import Annotated, Any, Literal, Self, get_args, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from axone.activations import ACTIVATIONS, ActivationFunction, ReLU
from axone.augmentation import AUGMENTATIONS, MOST_AUGMENTATIONS, Augmentation
from axone.bounds import (
    LARGEST_COUNT,
    LARGEST_SEED,
    MOST_LAYERS,
    MOST_THREADS,
    MOST_TRIALS,
    MOST_UNITS,
)
from axone.data import SCALINGS, ColumnChoice, Scaling, Standard
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.initializers import INITIALIZERS, Initializer
from axone.layers import LAYERS, Layer
from axone.losses import LOSSES, Loss
from axone.messages import _, all_of, translated
from axone.optimizers import OPTIMIZERS, Adam, Optimizer
from axone.presets import PRESETS, find_preset
from axone.registry import Registry, plain
from axone.schedules import SCHEDULES, ConstantRate, Schedule

_JSON_TYPES = {"int": "integer", "float": "number", "str": "string", "bool": "boolean"}


class Described:
    """Tells pydantic that a field is a member of a table: how to read, write and describe it."""

    def __init__(self, registry: Registry[Any]) -> None:
        self.registry = registry

    def resolve(self, given: Any) -> Any:
        """Make the member of what the file holds."""
        try:
            return self.registry.resolve(given)
        except ArgumentTypeError as error:
            # pydantic gathers ValueErrors with the place where they occurred, not TypeErrors.
            raise ConfigurationError(str(error)) from error

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.resolve, serialization=core_schema.plain_serializer_function_ser_schema(plain)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _json_schema(self.registry)


def _json_schema(registry: Registry[Any]) -> dict[str, Any]:
    """Describe "a name, or a name with settings" for every member of a table."""
    forms: list[dict[str, Any]] = [{"type": "string", "enum": registry.names}]
    if registry.otherwise_pattern:
        forms.append({"type": "string", "pattern": registry.otherwise_pattern})
    settings_of = {
        name: {field.name: field.type for field in registry.settings(name)} for name in registry
    }
    for name, build in registry.short_ways.items():
        settings_of[name] = get_type_hints(build)
        del settings_of[name]["return"]
    for name, types in settings_of.items():
        settings = {setting: _setting_schema(types[setting]) for setting in types}
        forms.append(
            {
                "type": "object",
                "properties": {"name": {"const": name}, **settings},
                "required": ["name"],
                "additionalProperties": False,
            }
        )
    return {"anyOf": forms}


def _setting_schema(annotation: Any) -> dict[str, Any]:
    word = getattr(annotation, "__name__", str(annotation))
    return {"type": _JSON_TYPES[word]} if word in _JSON_TYPES else {}


def _no_truth(given: Any) -> Any:
    """Refuse a truth where a number belongs: Python counts True as 1."""
    if isinstance(given, bool):
        raise ConfigurationError(_("must be a number; found {found!r}", found=given))
    return given


Units = Annotated[int, BeforeValidator(_no_truth), Field(ge=1, le=MOST_UNITS)]


class Section(BaseModel):
    """A table of an experiment file; keys that it does not know are errors."""

    model_config = ConfigDict(
        extra="forbid", validate_default=True, frozen=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _truths_apart(cls, given: Any, info: ValidationInfo) -> Any:
        """Tell truths from numbers: neither 1 nor "yes" is one, and true is no number."""
        kinds = _kinds(cls.model_fields[str(info.field_name)].annotation)
        if bool in kinds:
            if given is not None and not isinstance(given, bool):
                raise ConfigurationError(_("must be true or false; found {found!r}", found=given))
        elif {int, float} & kinds:
            _no_truth(given)
        return given


def _kinds(annotation: Any) -> set[Any]:
    """Return the types that an annotation allows."""
    inner = (_kinds(option) for option in get_args(annotation))
    return {annotation}.union(*inner)


class DataSection(
    Section,
    json_schema_extra={"description": _("Where the rows come from and how they are prepared.")},
):
    """The table `data`."""

    source: str = Field(
        description=_(
            "A dataset's name (iris), the path of a file (CSV, Excel, Parquet, NPZ, …), or a "
            "database's URL."
        )
    )
    target: str | None = Field(
        None,
        description=_(
            "The column to predict, for a table; or a comparison that makes two classes: "
            "price > 100, digit == 5."
        ),
    )
    task: Literal["auto", "classification", "regression", "reconstruction", "generation"] = Field(
        "auto",
        description=_(
            "What the target is; auto looks at it. Of a reconstruction, which the preset "
            "autoencoder makes, it is the input; of a generation the next character of a text."
        ),
    )
    validation: float | None = Field(
        None, ge=0, lt=1, description=_("Share of the rows that decides when to stop; 0.15.")
    )
    test: float | None = Field(
        None,
        ge=0,
        lt=1,
        description=_("Share of the rows kept for the end; 0.15, or the source's own test rows."),
    )
    scaling: Annotated[Scaling, Described(SCALINGS)] = Field(
        Standard(), description=_("Of the features, by statistics of the training rows.")
    )
    target_scaling: Annotated[Scaling, Described(SCALINGS)] = Field(
        Standard(), description=_("Of a regression's target; scores are in its own units.")
    )
    options: dict[str, Any] = Field(
        default_factory=dict,
        description=_("Of a generated dataset: rows, noise, range, operation, …"),
    )
    columns: dict[str, ColumnChoice] = Field(
        default_factory=dict,
        description=_("What a table's columns are, or how they are read, where that is wrong."),
    )
    missing: list[str] = Field(
        default_factory=list,
        description=_("Marks of missing cells in every column, besides empty ones."),
    )
    query: str | None = Field(
        None, description=_("Of a database: one SELECT, or the name of a table.")
    )
    sheet: str | None = Field(
        None, description=_("Of a spreadsheet; the first that holds anything.")
    )


def _preset_name(given: str) -> str:
    return find_preset(given).name


SHORTHAND = ("hidden", "activation", "initializer", "dropout", "batch_norm")
"""The settings of a network of dense layers, which a list of layers and a preset make needless."""


class NetworkSection(
    Section,
    json_schema_extra={
        "description": _(
            "The network: a preset, the sizes of its hidden layers, or every layer. Where nothing "
            "is asked for, images, signals and sequences get a preset."
        )
    },
):
    """The table `network`."""

    preset: (
        Annotated[str, AfterValidator(_preset_name), Field(json_schema_extra={"enum": [*PRESETS]})]
        | None
    ) = Field(
        None,
        description=_(
            "A network by name, with how it is trained where `training` leaves that open; "
            "`axone presets` lists them. Beside `layers` it only tells where they come from."
        ),
    )

    hidden: list[Units] = Field(
        [64, 32], max_length=MOST_LAYERS, description=_("Units of the hidden dense layers.")
    )
    activation: Annotated[ActivationFunction, Described(ACTIVATIONS)] = Field(
        ReLU(), description=_("Of the hidden layers.")
    )
    initializer: Annotated[Initializer, Described(INITIALIZERS)] | None = Field(
        None, description=_("Of the weights; by default what suits each activation.")
    )
    dropout: float = Field(0.0, ge=0, lt=1, description=_("Rate after each hidden layer."))
    batch_norm: bool = Field(
        False,
        description=_(
            "Batch normalisation in each hidden layer, between its weights and its activation."
        ),
    )
    input_size: int | None = Field(
        None,
        ge=1,
        le=MOST_UNITS,
        description=_("How many features there must be; not checked if left out."),
    )
    layers: list[Annotated[Layer, Described(LAYERS)]] | None = Field(
        None,
        max_length=MOST_LAYERS,
        description=_("Every layer, the output layer too, instead of `hidden`."),
    )
    layer_names: list[str] | None = Field(
        None,
        description=_(
            "What to call the layers in the summary and in messages; the input's name may come "
            "first."
        ),
    )
    start_from: str | None = Field(
        None,
        description=_(
            "A run's folder or a model file: its layers below the output layer begin this "
            "network, with their weights and their preprocessing; `hidden` comes between."
        ),
    )
    frozen: Annotated[int, BeforeValidator(_no_truth), Field(ge=0, le=MOST_LAYERS)] | str = Field(
        0,
        description=_(
            "How many layers, the first ones, learn nothing; or the name of the last of them."
        ),
    )

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        """Refuse sizes of hidden layers beside a preset, which has its own."""
        if self.start_from is not None and self.preset is not None and self.layers is None:
            raise ConfigurationError(
                _(
                    "the preset {name} and the model of start_from are two networks: leave out "
                    "the one or the other.",
                    name=self.preset,
                )
            )
        needless = [name for name in SHORTHAND if name in self.model_fields_set]
        if self.preset is not None and self.layers is None and needless:
            raise ConfigurationError(
                _(
                    "the preset {name} has layers of its own, so {needless} would change nothing: "
                    "leave out the one or the other.",
                    name=self.preset,
                    needless=all_of(needless),
                )
            )
        return self

    @property
    def is_open(self) -> bool:
        """Whether nothing of the network was asked for."""
        asked = self.model_fields_set - {"input_size", "frozen"}
        return all(getattr(self, name) is None for name in asked)


class StoppingSection(
    Section, json_schema_extra={"description": _("When a run ends before its last epoch.")}
):
    """The table `training.stopping`."""

    loss_tolerance: float | None = Field(
        None, ge=0, description=_("Stop when the training loss changes by less between two epochs.")
    )
    patience: int | None = Field(
        None,
        ge=1,
        le=LARGEST_COUNT,
        description=_("Epochs without a new best validation accuracy or R²."),
    )
    loss_patience: int | None = Field(
        None, ge=1, le=LARGEST_COUNT, description=_("Epochs without a new best validation loss.")
    )
    warmup_epochs: int = Field(
        0, ge=0, le=LARGEST_COUNT, description=_("Epochs during which no rule stops the run.")
    )


def _class_weight(given: Any) -> Any:
    if isinstance(given, str) and given != "balanced":
        raise ConfigurationError(
            _(
                "give 'balanced', or a table of what each class counts; found {found!r}.",
                found=given,
            )
        )
    return given


class TrainingSection(Section, json_schema_extra={"description": _("How the network is trained.")}):
    """The table `training`."""

    loss: Literal["auto"] | Annotated[Loss, Described(LOSSES)] = Field(
        "auto", description=_("auto: cross-entropy for classes, mse for numbers.")
    )
    optimizer: Annotated[Optimizer, Described(OPTIMIZERS)] = Field(
        Adam(), description=_("The rule of the steps, with its learning_rate.")
    )
    schedule: Annotated[Schedule, Described(SCHEDULES)] = Field(
        ConstantRate(), description=_("The course of the learning rate.")
    )
    epochs: int = Field(
        100, ge=1, le=LARGEST_COUNT, description=_("Passes over the training rows, at most.")
    )
    batch_size: Literal["auto"] | Annotated[int, Field(ge=1, le=LARGEST_COUNT)] = Field(
        "auto",
        description=_("Rows of a step; auto makes at least 64 steps an epoch, of 8 to 64 rows."),
    )
    drop_last: bool = Field(
        False, description=_("Leave out an epoch's last batch where it is smaller than the others.")
    )
    l1: float = Field(0.0, ge=0, description=_("λ₁ of λ₁/m·Σ|W|."))
    l2: float = Field(0.0, ge=0, description=_("λ₂ of λ₂/(2m)·ΣW²."))
    clip_value: float | None = Field(None, gt=0, description=_("Bound of each gradient component."))
    clip_norm: float | None = Field(None, gt=0, description=_("Bound of the gradient's norm."))
    augmentation: list[Annotated[Augmentation, Described(AUGMENTATIONS)]] = Field(
        default_factory=list,
        max_length=MOST_AUGMENTATIONS,
        description=_(
            "What changes the training rows of every step at random: shift, rotate, jitter, …, in "
            "this order."
        ),
    )
    class_weight: Annotated[
        Literal["balanced"]
        | dict[str, Annotated[float, BeforeValidator(_no_truth), Field(ge=0)]]
        | None,
        BeforeValidator(_class_weight),
    ] = Field(
        None,
        description=_(
            "What the training rows of each class count: balanced makes all classes count "
            "alike, a table says it by the class's name (1 where it says nothing)."
        ),
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description=_("ε of the training targets (1 − ε)·one-hot + ε·(shares of the classes)."),
    )
    restore_best: bool = Field(True, description=_("Keep the weights of the best epoch."))
    calibrate: Literal["auto", "temperature", "spread"] | None = Field(
        None,
        description=_(
            "Be honest on validation rows: temperature divides the logits by the number that makes "
            "their log loss least, spread moves several quantiles as far apart as their levels "
            "ask; auto takes what suits the target. A series has its spread unless told otherwise."
        ),
    )
    stopping: StoppingSection | None = Field(
        None, description=_("By default loss_patience = 20 where there are validation rows.")
    )


class TuningSection(
    Section,
    json_schema_extra={
        "description": _(
            "What `axone tune` varies, and how it searches; `axone train` leaves it alone."
        )
    },
):
    """The table `tuning`."""

    search: Literal["grid", "random", "bayes"] | None = Field(
        None, description=_("How candidates are found; bayes.")
    )
    trials: int | None = Field(
        None, ge=1, le=MOST_TRIALS, description=_("How many candidates; 50, or the whole grid.")
    )
    cv: int | None = Field(
        None,
        ge=1,
        le=LARGEST_COUNT,
        description=_("Folds of the cross-validation; 1 takes the validation rows; 3."),
    )
    metric: str | None = Field(
        None, description=_("What decides: accuracy, log_loss, r2, …, or a scikit-learn scorer.")
    )
    prune: bool | None = Field(
        None, description=_("Stop hopeless trials early; only the bayes search does by default.")
    )
    space: dict[str, Any] = Field(
        default_factory=dict,
        description=_(
            'By setting: a list of choices, where "none" is none, or {low, high, log, step, '
            "points}."
        ),
    )


class ExperimentData(Section, json_schema_extra={"description": _("A run as data.")}):
    """An experiment file, whole."""

    seed: int = Field(
        0, ge=0, le=LARGEST_SEED, description=_("Decides split, weights, shuffles and masks.")
    )
    dtype: Literal["float32", "float64"] = "float32"
    engine: str = Field("auto", description=_("Which engine computes; auto takes the fastest."))
    threads: int | None = Field(
        None,
        ge=1,
        le=MOST_THREADS,
        description=_("Of the compiled engine; by default several where that is faster."),
    )
    data: DataSection
    network: NetworkSection = Field(default_factory=NetworkSection)
    training: TrainingSection = Field(default_factory=TrainingSection)
    tuning: TuningSection | None = Field(None, description=_("For `axone tune` alone."))


def described_schema() -> dict[str, Any]:
    """Return the JSON Schema of experiment files, its descriptions in the language in use."""
    return _shown(ExperimentData.model_json_schema())


def _shown(part: Any) -> Any:
    """Return a part of a schema with its descriptions in the language in use.

    They are looked up by their English, which is all that pydantic promises to keep of a message.
    """
    if isinstance(part, dict):
        return {
            key: translated(value)
            if key == "description" and isinstance(value, str)
            else _shown(value)
            for key, value in part.items()
        }
    return [_shown(item) for item in part] if isinstance(part, list) else part
