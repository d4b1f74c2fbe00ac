"""Whether failures are told: runs built to fail, what their diagnosis says, whether it helps.

`python -m benchmarks.diagnosis` carries all runs out and writes `benchmarks/DIAGNOSIS.md`.
"""
