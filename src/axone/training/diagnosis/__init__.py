"""Why a run failed, computed from its numbers: what gave it away, the likely cause, the remedy."""

from axone.training.diagnosis.case import Case
from axone.training.diagnosis.diagnosing import diagnose_case, diagnose_evidence
from axone.training.diagnosis.divergence import diagnose_divergence, diagnose_validation, in_words
from axone.training.diagnosis.evidence import Evidence, some_rows
from axone.training.diagnosis.findings import Diagnosis, Finding, Remedy

__all__ = [
    "Case",
    "Diagnosis",
    "Evidence",
    "Finding",
    "Remedy",
    "diagnose_case",
    "diagnose_divergence",
    "diagnose_evidence",
    "diagnose_validation",
    "in_words",
    "some_rows",
]
