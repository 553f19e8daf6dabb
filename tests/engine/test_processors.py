"""Processors counted in a folder that looks like Linux's own."""

import os

import pytest

from engine import processors


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """Has 64 processors, of which this process may run on eight."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)), raising=False)


@pytest.fixture
def root(tmp_path):
    """Writes files below a folder, and gives it."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 8),
        ({"sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu.max": "300000 100000\n"}, 3),
        ({"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ({"sys/fs/cgroup/cpu.max": "10000 100000\n"}, 1),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "400000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 4),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({"proc/self/cgroup": "0::/a.slice/b\n", "sys/fs/cgroup/a.slice/cpu.max": "200000 100000\n"}, 2),
    ],
    ids=["no files", "no quota", "three", "one and a half", "a tenth", "version 1", "version 1, none", "a service's"],
)
def test_no_more_are_counted_than_may_be_used(root, files, count):
    """By this process's affinity and by the quota of any control group that it is in."""
    assert processors.usable(root(files)) == count
