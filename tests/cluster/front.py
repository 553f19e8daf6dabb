"""The real front with cards that sleep: ``python -m tests.cluster.front --config config.toml``."""

import argparse
import sys

from engine import serving
from engine.cluster import command
from engine.config import EngineConfigError
from engine.errors import ClusterError
from engine.terminal import FAILED, MISUSED, complain

WORKER_CLASS = "tests.cluster.sleeping:SleepingWorker"


def main():
    options = argparse.ArgumentParser()
    serving.add_options(options)
    try:
        return command.run(options.parse_args(), worker_class=WORKER_CLASS)
    except ClusterError as error:
        return complain(error, FAILED)
    except EngineConfigError as error:
        return complain(error, MISUSED)


if __name__ == "__main__":
    sys.exit(main())
