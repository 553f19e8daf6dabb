"""``make cluster-demo``: the demo on a Ray cluster of this machine, whose cards are its processor."""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bot.demo import demo, require_extras
from bot.errors import ConfigError
from engine.packages import missing
from tests.cluster.machines import RayMachines

NODES = ("left", "right")
PORT = 8765


def main():
    argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__).parse_args()
    try:
        require_extras()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    if missing(["ray"]):
        print('the cluster needs Ray; install Eshi with the extra "ray"', file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="eshi-cluster-demo-") as folder:
        machines = RayMachines(Path(folder))
        try:
            print("Starting Ray's head and two nodes; some twenty seconds.", flush=True)
            machines.start("head")
            machines.start(*NODES)
            cluster = {"address": machines.address, "token_file": str(machines.token_file)}
            asyncio.run(
                demo(
                    int(os.environ.get("PORT", str(PORT))),
                    more_of_engine={"cluster": cluster},
                    more_of_bot={"engine": {"command": "cluster"}},
                )
            )
        except KeyboardInterrupt:
            pass
        finally:
            machines.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
