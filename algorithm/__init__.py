"""The inference image: stacks of VOIs in, masks of the clicked lesions out."""

import os

# NumPy's OpenBLAS reads this once, when it is loaded. Its threads go on spinning for a while after
# each product, on the cores that the network wants: a starter model's pass took twice as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
