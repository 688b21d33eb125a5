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
    """Return three workers on two cores: a third of the time is waiting for real time.

    With two a core the tests that compute starve those that keep real time.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    return max(2, 3 * cores // 2)
