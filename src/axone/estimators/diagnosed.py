"""What estimators say of how their training went: the diagnosis of a run."""

from typing import Any

from axone.messages import _
from axone.training import Diagnosis
from axone.training.diagnosis import Evidence, diagnose_evidence


class Diagnosed:
    """An estimator that keeps what a diagnosis is made of; see `axone.diagnose`."""

    _evidence: tuple[Evidence, ...]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what the diagnosis is made of: nobody expects rows of his data in a pickle."""
        # BaseEstimator's: it comes after this class in every estimator.
        state: dict[str, Any] = dict(super().__getstate__())  # type: ignore[call-overload]
        state.pop("_evidence", None)
        return state

    @property
    def diagnosis_(self) -> Diagnosis:
        """What is wrong with the training, most certain first; empty if nothing is.

        Of several networks that of the first with which something is wrong. It is worked out when
        it is asked for, in a second or so where the result is poor.

        Raises
        ------
        NotFittedError
            scikit-learn's.
        AttributeError
            The estimator comes from a file or is a copy, without the rows to look at.
        """
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self)
        if not hasattr(self, "_evidence"):
            raise AttributeError(
                _(
                    "This estimator comes from a file or is a copy, neither of which holds what a "
                    "diagnosis of its fit is made of: ask for diagnosis_ where it is fitted."
                )
            )
        found = (diagnose_evidence(evidence) for evidence in self._evidence)
        return next((diagnosis for diagnosis in found if diagnosis), Diagnosis())
