"""The data room: everything that turns files, names and tables into a network's inputs."""

from axone.data.dataset import Dataset, DatasetInfo, Rows, Task, TaskChoice
from axone.data.encoding import ColumnKind, TableEncoder
from axone.data.examples import Examples
from axone.data.generated import spirals
from axone.data.home import data_home
from axone.data.images import read_images
from axone.data.preprocessing import Preprocessing, TargetScaler
from axone.data.scaling import SCALINGS, Divide, MinMax, NoScaling, Scaler, Scaling, Standard
from axone.data.sources import NewRows, dataset_of, list_datasets, load_dataset, read_rows
from axone.data.splitting import Split, split_rows
from axone.data.targets import cell_text

__all__ = [
    "SCALINGS",
    "ColumnKind",
    "Dataset",
    "DatasetInfo",
    "Divide",
    "Examples",
    "MinMax",
    "NewRows",
    "NoScaling",
    "Preprocessing",
    "Rows",
    "Scaler",
    "Scaling",
    "Split",
    "Standard",
    "TableEncoder",
    "TargetScaler",
    "Task",
    "TaskChoice",
    "cell_text",
    "data_home",
    "dataset_of",
    "list_datasets",
    "load_dataset",
    "read_images",
    "read_rows",
    "spirals",
    "split_rows",
]
