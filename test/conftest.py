"""What all tests share."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# A busy machine is no failure: tests assert no times, hypothesis' own included.
settings.register_profile("uls23", deadline=None)
settings.load_profile("uls23")
