"""Scores predicted lesion masks against reference masks, as the ULS23 challenge does."""

import os

# NumPy's OpenBLAS reads this once, when it is loaded. Nothing is scored by BLAS, and starting its
# threads takes a tenth of the time that a small submission takes in all.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
