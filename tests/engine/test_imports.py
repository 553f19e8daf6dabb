"""The engine knows neither Discord nor the bot."""

import subprocess
import sys


def test_the_whole_engine_brings_no_discord():
    """The server and everything behind it are imported without discord and without the bot."""
    program = "import engine.server, engine.worker, engine.model, engine.draw, sys; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    assert not {"discord", "bot"} & set(listed.stdout.split())
