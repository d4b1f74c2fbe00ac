"""Why a run failed, computed from its numbers: what gave it away, the likely cause, the remedy."""

from axone.training.diagnosis.diagnosing import diagnose_evidence
from axone.training.diagnosis.divergence import diagnose_divergence, diagnose_validation, in_words
from axone.training.diagnosis.evidence import Evidence, some_rows
from axone.training.diagnosis.findings import Diagnosis, Finding, Remedy

__all__ = [
    "Diagnosis",
    "Evidence",
    "Finding",
    "Remedy",
    "diagnose_divergence",
    "diagnose_evidence",
    "diagnose_validation",
    "in_words",
    "some_rows",
]
