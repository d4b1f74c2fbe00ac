"""The data room: everything that turns files, names and tables into a network's inputs."""

from axone.data.dataset import Dataset, DatasetInfo, Rows, Task, TaskChoice
from axone.data.encoding import TableEncoder
from axone.data.examples import Examples
from axone.data.generated import spirals
from axone.data.home import data_home
from axone.data.images import read_images
from axone.data.numbers import NumericRows, Reshaping
from axone.data.preprocessing import STEPS, Preprocessing, TargetScaler
from axone.data.reading import ColumnChoice, ColumnReport, ReadTable
from axone.data.robust import RobustBins
from axone.data.saving import save_dataset
from axone.data.scaling import SCALINGS, Divide, MinMax, NoScaling, Scaler, Scaling, Standard
from axone.data.sources import (
    NO_OPTIONS,
    NewRows,
    TableOptions,
    dataset_of,
    list_datasets,
    load_dataset,
    read_rows,
)
from axone.data.splitting import Split, split_rows
from axone.data.steps import ExampleLayout, Step
from axone.data.stored import load_examples
from axone.data.targets import cell_text
from axone.data.tokens import Tokens

__all__ = [
    "NO_OPTIONS",
    "SCALINGS",
    "STEPS",
    "ColumnChoice",
    "ColumnReport",
    "Dataset",
    "DatasetInfo",
    "Divide",
    "ExampleLayout",
    "Examples",
    "MinMax",
    "NewRows",
    "NoScaling",
    "NumericRows",
    "Preprocessing",
    "ReadTable",
    "Reshaping",
    "RobustBins",
    "Rows",
    "Scaler",
    "Scaling",
    "Split",
    "Standard",
    "Step",
    "TableEncoder",
    "TableOptions",
    "TargetScaler",
    "Task",
    "TaskChoice",
    "Tokens",
    "cell_text",
    "data_home",
    "dataset_of",
    "list_datasets",
    "load_dataset",
    "load_examples",
    "read_images",
    "read_rows",
    "save_dataset",
    "spirals",
    "split_rows",
]
