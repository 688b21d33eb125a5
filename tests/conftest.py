"""How the tests run: workers, and hypothesis profiles.

Properties are quick while working, thorough where ``CI`` is set.
The properties that hold the ceiling are thorough by themselves: ``tests.thorough``.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=100, deadline=None)
settings.register_profile(
    "ci",
    max_examples=300,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_xdist_auto_num_workers() -> int:
    """Return two workers a core: half of the time goes by in waiting for real time."""
    return 2 * len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 4
