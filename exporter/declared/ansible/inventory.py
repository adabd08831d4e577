"""The inventory as ``ansible-inventory`` understands it, run where it can do no harm."""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from exporter.declared.ansible.documents import text_of
from exporter.declared.ansible.graph import Inventory, parse
from exporter.declared.ansible.staging import Staging, stage
from exporter.declared.ansible.unread import Unread
from exporter.declared.checkout import Checkout
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError, Reason
from exporter.domain.json import JsonObject, as_object
from exporter.domain.provenance import Source
from exporter.foreign.command import Limits, Outcome, find_tool, run
from exporter.foreign.files import MIB

TOOL = "ansible-inventory"
ADVICE = "pip install 'cluster-conformance-exporter[ansible]'"
LIMITS = Limits(seconds=60, output=64 * MIB, memory=2048 * MIB)
MAX_MESSAGE = 300
MAX_LINES = 200
_CONTENT = re.compile(r"(got:|definition|entry:).*")
"""What Ansible quotes from the file, which may be a secret."""


async def read_inventory(path: str, *, checkout: Checkout) -> Inventory:
    """Return the inventory at *path*; what of it cannot be had is a failure in it."""
    with tempfile.TemporaryDirectory(prefix="conformance-ansible-") as folder:
        try:
            return await _read(path, checkout=checkout, folder=Path(folder))
        except ReadError as error:
            failure = checkout.failure(Source.ANSIBLE, error, path=path)
            unread = Unread(failure.place, failure.message)
            return Inventory(failures=(failure,), unread=(unread,), complete=False)


async def _read(path: str, *, checkout: Checkout, folder: Path) -> Inventory:
    copy = folder / "repository"
    staging = await asyncio.to_thread(stage, path, checkout=checkout, into=copy)
    if not staging.lines:
        return parse({}, staging=staging, inventory=path, checkout=checkout)
    target = copy / path
    outcome = await _list(target, folder=folder, strict=True)
    if outcome.code:
        failure = _failure(outcome, staging, copy=copy, checkout=checkout)
        staging.failures.append(failure)
        text = text_of(failure.place.path, checkout=checkout)
        staging.unread.append(Unread(failure.place, failure.message, text))
        staging.complete = False
        outcome = await _list(target, folder=folder, strict=False)
    output = _decode(outcome) if not outcome.code else {}
    return await asyncio.to_thread(
        parse, output, staging=staging, inventory=path, checkout=checkout
    )


async def _list(target: Path, *, folder: Path, strict: bool) -> Outcome:
    """Run ``ansible-inventory``; with *strict*, a file that it cannot parse is an error."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    configuration = home / "empty.cfg"
    configuration.write_text("")
    return await run(
        [_tool(), "-i", str(target), "--list", "--export"],
        cwd=home,
        environment=_environment(home, configuration, strict=strict),
        limits=LIMITS,
    )


def _tool() -> str:
    beside = shutil.which(TOOL, path=str(Path(sys.executable).parent))
    return beside or find_tool(TOOL, advice=ADVICE)


def _environment(home: Path, configuration: Path, *, strict: bool) -> dict[str, str]:
    """Return an environment in which Ansible finds no setting and no plugin but its own."""
    nowhere = str(home / "nowhere")
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(home / "tmp"),
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_INVENTORY_ENABLED": "host_list,yaml,ini",
        "ANSIBLE_VARS_ENABLED": "host_group_vars",
        "ANSIBLE_COLLECTIONS_PATH": nowhere,
        "ANSIBLE_ROLES_PATH": nowhere,
        "ANSIBLE_INVENTORY_PLUGINS": nowhere,
        "ANSIBLE_VARS_PLUGINS": nowhere,
        "ANSIBLE_FILTER_PLUGINS": nowhere,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": str(strict),
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "False",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_NOCOLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _failure(outcome: Outcome, staging: Staging, *, copy: Path, checkout: Checkout) -> Failure:
    """Make a failure of what ``ansible-inventory`` said, with the file and line that it means."""
    lines = outcome.errors.replace(f"{copy}/", "").splitlines()
    said = "\n".join(line[:MAX_MESSAGE] for line in lines[-MAX_LINES:])
    path = next((one for one in _mentioned(said) if one in staging.lines), "")
    line = staging.lines[path].problem if path else 0
    error = ReadError(
        f"{TOOL} does not understand it: {_gist(said)}",
        reason=Reason.MALFORMED,
        path=path or next(iter(staging.lines)),
        line=line,
        advice="ansible-inventory --list shows the same error",
    )
    return checkout.failure(Source.ANSIBLE, error, part=error.path)


def _mentioned(said: str) -> Iterator[str]:
    """Yield what may be the path of the source that failed, the plainest statement first."""
    for pattern in (
        r"[Ff]ailed to parse inventory source (.+)",
        r"Unable to parse (.+) as an inventory source",
        r"Origin: (\S+?)(?::\d+)*$",
        r"(\S+?):\d+: ",
    ):
        yield from re.findall(pattern, said, re.MULTILINE)


def _gist(said: str) -> str:
    """Return the line that says most: the last cause given by the last plugin tried, ini."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("Failed to parse inventory: ")]
    telling = telling or [line for line in lines if "ERROR" in line] or lines or ["no reason given"]
    gist = re.sub(r"^(\[?\w+\]?:|Failed to parse inventory:)\s*", "", telling[-1])
    return _CONTENT.sub(r"\1 ...", gist)[:MAX_MESSAGE]


def _decode(outcome: Outcome) -> JsonObject:
    try:
        return as_object(msgspec.json.decode(outcome.output))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ReadError(
            f"{TOOL} printed no JSON", reason=Reason.MALFORMED, advice="is it ansible-core?"
        ) from None
