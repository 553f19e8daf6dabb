"""``make lock``: what Eshi is made of, as CycloneDX 1.5 in sbom.cdx.json, from uv.lock.

uv writes when it did so, a new number each time and where each file is fetched from; without these, the same lock gives
the same file, and the lock itself has the addresses and hashes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys

from tests.documents import ROOT

FILE = ROOT / "sbom.cdx.json"
HOW = ("export", "--quiet", "--frozen", "--all-extras", "--no-emit-project", "--no-header", "--format", "cyclonedx1.5")


def made(uv: str) -> str:
    """Give the text of the file."""
    done = subprocess.run([uv, *HOW], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return text_of(json.loads(done.stdout))


def text_of(bom: dict) -> str:
    """Leave out what is another each time, and what the lock says already."""
    del bom["serialNumber"], bom["metadata"]["timestamp"]
    for one in bom["components"]:
        one.pop("externalReferences", None)
    return json.dumps(bom, indent=1) + "\n"


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tests.sbom", description=__doc__).parse_args()
    found = shutil.which("uv", path=str(ROOT / ".venv" / "bin")) or shutil.which("uv")
    if found is None:
        sys.exit("uv is not installed: it is in the extra dev")
    FILE.write_text(made(found))
