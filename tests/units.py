"""Looks over systemd units and Podman's quadlets: their form, their keys, and where they are, systemd's own check.

There is no linter of quadlets in the package registries, and that of units (systemdlint 1.4) does not know
LoadCredential and takes UMask=0077 for open.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

KEYS = {
    section: frozenset(keys.split())
    for section, keys in tomllib.loads((Path(__file__).parent / "unit_keys.toml").read_text()).items()
}

SECTIONS = {
    ".service": ("Unit", "Service", "Install"),
    ".container": ("Unit", "Container", "Service", "Install"),
    ".volume": ("Unit", "Volume", "Install"),
}
NEEDED = {".service": ("Service", "ExecStart"), ".container": ("Container", "Image"), ".volume": ("Volume", None)}

BOOLEAN = re.compile(r"yes|no|true|false|on|off|1|0")
BOOLEANS = frozenset({"ReadOnly", "ReadOnlyTmpfs", "NoNewPrivileges", "RunInit", "SecurityLabelDisable"})
SPAN = re.compile(r"(\d+(\.\d+)?(us|ms|s|sec|m|min|h|d)?\s*)+|infinity")

NOT_FAULTS = re.compile(
    r"Unknown key 'Restart(Steps|MaxDelaySec)' in section \[Service\]"  # this systemd is older than they are
    r"|Command /opt/eshi/bin/[\w-]+ is not executable"  # it is installed elsewhere
    r"|Unit eshi-engine\.service (not found|is masked)"
)


def entries(text):
    """Every line that says something, as number, section, key and value; what is none of these has no key."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if match := re.fullmatch(r"\[([\w-]+)\]", line):
            section = match[1]
            continue
        key, equals, value = line.partition("=")
        yield number, section, key if equals and re.fullmatch(r"\w+", key) else "", value


def faults(path):
    """What is wrong with a file, a line each."""
    suffix, found = path.suffix, set()
    for number, section, key, value in entries(path.read_text()):
        where = f"{path}:{number}"
        found.add((section, key))
        if not key:
            yield f"{where}: neither a section nor KEY=VALUE"
        elif section not in SECTIONS[suffix]:
            yield f"{where}: a {suffix} file has no section [{section}]"
        elif key not in KEYS[section]:
            yield f"{where}: [{section}] has no {key}"
        elif key in BOOLEANS and not BOOLEAN.fullmatch(value):
            yield f"{where}: {key} is yes or no"
        elif re.search(r"(Sec|Interval|Period|Timeout)$", key) and not SPAN.fullmatch(value):
            yield f"{where}: {key} is a time, not {value!r}"
        elif key == "Volume" and (volume := value.partition(":")[0]).endswith(".volume"):
            yield from () if (path.parent / volume).is_file() else [f"{where}: there is no {volume} beside it"]
    section, key = NEEDED[suffix]
    if not any(one == section and (key is None or name == key) for one, name in found):
        yield f"{path}: lacks {key} in [{section}]"
    if suffix == ".service":
        yield from _by_systemd(path)


def _by_systemd(path):
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    done = subprocess.run([program, "verify", str(path)], capture_output=True, text=True, check=False)  # noqa: S603
    for line in done.stderr.splitlines():
        if not NOT_FAULTS.search(line):
            yield line


def exposure(path):
    """How open systemd takes a service to be, from 0 to 10; None where it is not there to say so."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return None
    words = [program, "security", "--offline=true", "--no-pager", str(path)]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", said)
    return float(match[1]) if match else None


def main():
    parser = argparse.ArgumentParser(prog="tests.units", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="with units and quadlets; other files are left alone")
    folders = parser.parse_args().folders
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SECTIONS]
    found = [fault for path in paths for fault in faults(path)]
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
