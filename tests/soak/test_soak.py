"""What the soak judges by is itself right; the soak is `make soak`."""

import pytest

from tests.soak.slope import Sample, slope_mb


def test_a_steady_growth_is_found_whatever_came_between():
    """Two megabytes for each thousand jobs, with a collector that lets go of much now and then."""
    samples = [Sample(jobs, 100_000_000 + jobs * 2_000 + (jobs % 700 == 0) * 30_000_000) for jobs in range(0, 5000, 50)]
    assert slope_mb(samples, warm_jobs=1000) == pytest.approx(2.0, abs=0.05)


def test_what_is_loaded_once_is_no_growth():
    samples = [Sample(jobs, 100_000_000 + min(jobs, 900) * 50_000) for jobs in range(0, 5000, 50)]
    assert slope_mb(samples, warm_jobs=1000) == 0.0


def test_too_short_a_run_says_so():
    with pytest.raises(ValueError, match="too few"):
        slope_mb([Sample(5, 1)], warm_jobs=1)
