"""How many examples the properties get that hold the ceiling: 10,000 in CI."""

import os

from hypothesis import settings

thorough = settings(max_examples=10_000 if os.environ.get("CI") else 500)
