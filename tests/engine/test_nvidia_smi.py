"""What nvidia-smi says is read, and nothing is said where it says nothing."""

from engine import nvidia_smi


def test_who_uses_the_card_is_nobody_where_nothing_says_so(tmp_path, monkeypatch):
    """nvidia-smi is not there, fails, or names programs by their paths."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_smi.processes() == []
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho '/usr/bin/blender, 900 MiB'\n")
    program.chmod(0o755)
    assert nvidia_smi.processes() == ["blender (900 MiB)"]
    program.write_text("no program")
    assert nvidia_smi.processes() == []
