"""`axone datasets`: every dataset that can be named, and where it comes from."""

from axone.cli.console import columns, explained_errors, output
from axone.data import data_home, list_datasets


def datasets() -> None:
    """List the datasets that `axone train NAME` knows.

    The data home is the folder $AXONE_DATA, or a cache folder of yours.
    Files put there (NAME.npz, NAME.csv, NAME.parquet) can be named too.
    """
    with explained_errors():
        rows = [
            [
                info.name,
                info.task,
                f"{info.rows:,}" if info.rows else "",
                info.features,
                str(info.classes or ""),
                info.where,
            ]
            for info in list_datasets()
        ]
        console = output()
        console.print(columns(rows, ["name", "task", "rows", "features", "classes", "where"]))
        console.print(f"\nData home: {data_home()}", markup=False)
