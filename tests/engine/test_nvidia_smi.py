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


def test_how_each_card_is_set_is_read(tmp_path, monkeypatch):
    """What a card does not have, and what an older driver does not know, is None or left out."""
    program = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", str(tmp_path))
    program.write_text(
        "#!/bin/sh\n"
        "echo 'GPU-1f, 250.00, 350.00, Enabled, 0, Disabled'\n"
        "echo 'GPU-2f, [N/A], [Not Supported], [N/A], [N/A], [N/A]'\n"
    )
    program.chmod(0o755)
    assert nvidia_smi.modes() == [
        nvidia_smi.CardModes("1f", 250.0, 350.0, ecc=True, errors=0, mig=False),
        nvidia_smi.CardModes("2f", None, None, ecc=None, errors=None, mig=None),
    ]
    program.write_text("#!/bin/sh\necho 'Field \"mig.mode.current\" is not a valid field to query.'\n")
    assert nvidia_smi.modes() == []
