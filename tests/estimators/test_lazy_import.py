"""The estimators are imported when they are asked for, not with Axone."""

import subprocess
import sys


def test_axone_is_imported_without_scikit_learn():
    code = (
        "import sys, axone; assert 'sklearn' not in sys.modules; "
        "axone.MLPClassifier; assert 'sklearn' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
