"""A fuzzer of all doors: files, settings, options and Python's own, given what makes no sense.

Whatever comes, nothing but one of Axone's errors may go out. `python -m tests.fuzz --tries 10000`
looks for long; `.ci/run` looks for a minute with a seed that it prints; `test_findings.py` holds
what was found.
"""
