"""What the log says of a start."""

from engine.stages import Stages


def test_the_log_says_what_each_stage_took(caplog):
    """For whoever waits for the start."""
    caplog.set_level("INFO", logger="engine.stages")
    told, clock = [], iter([10.0, 12.5, 13.0])
    stages = Stages(told.append, lambda: next(clock))
    stages.begin("reading the UNet")
    stages.begin("reading the VAE")
    stages.end()
    assert told == ["reading the UNet", "reading the VAE"]
    assert caplog.messages == ["ready to draw in 3.0 s: reading the UNet 2.5 s, reading the VAE 0.5 s"]
