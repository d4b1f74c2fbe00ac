"""`axone datasets`: every dataset that can be named, and where it comes from."""

from axone.cli.console import columns, explained_errors, output, tell
from axone.messages import _


def datasets() -> None:
    """Run `axone datasets`, as its help tells."""
    with explained_errors():
        from axone.data import data_home, list_datasets

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
        titles = [_("name"), _("task"), _("rows"), _("features"), _("classes"), _("where")]
        console.print(columns(rows, titles))
        console.print()
        tell(console, _("Data home: {folder}", folder=data_home()))
