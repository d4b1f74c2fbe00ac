"""The report of runs: what result folders hold, told on one page for people.

`contents` reads a folder and says what there is to tell, `page` lays it out.
"""

from axone.experiments.run_report.contents import RunReport, read_run
from axone.experiments.run_report.page import as_page

__all__ = ["RunReport", "as_page", "read_run"]
