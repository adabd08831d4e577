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
from exporter.declared.ansible.inventory import Inventory, parse_inventory
from exporter.declared.ansible.inventory_files import StagedInventory, stage_inventory
from exporter.declared.ansible.unread_file import UnreadFile
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
            unread = UnreadFile(failure.place, failure.message)
            return Inventory(failures=(failure,), unread=(unread,), complete=False)


async def _read(path: str, *, checkout: Checkout, folder: Path) -> Inventory:
    copy = folder / "repository"
    staged = await asyncio.to_thread(stage_inventory, path, checkout=checkout, into=copy)
    if not staged.lines:
        return parse_inventory({}, staged=staged, inventory=path, checkout=checkout)
    target = copy / path
    outcome = await _list(target, folder=folder, strict=True)
    if outcome.code:
        failure = _failure(outcome, staged, copy=copy, checkout=checkout)
        staged.failures.append(failure)
        text = text_of(failure.place.path, checkout=checkout)
        staged.unread.append(UnreadFile(failure.place, failure.message, text))
        staged.complete = False
        outcome = await _list(target, folder=folder, strict=False)
    output = _decode(outcome) if not outcome.code else {}
    return await asyncio.to_thread(
        parse_inventory, output, staged=staged, inventory=path, checkout=checkout
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
    join_path = shutil.which(TOOL, path=str(Path(sys.executable).parent))
    return join_path or find_tool(TOOL, advice=ADVICE)


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


def _failure(
    outcome: Outcome, staged: StagedInventory, *, copy: Path, checkout: Checkout
) -> Failure:
    """Make a failure of the error output, with the file and line that it is about."""
    lines = outcome.errors.replace(f"{copy}/", "").splitlines()
    output = "\n".join(line[:MAX_MESSAGE] for line in lines[-MAX_LINES:])
    path = next((mentioned for mentioned in _mentioned(output) if mentioned in staged.lines), "")
    line = staged.lines[path].problem if path else 0
    error = ReadError(
        f"{TOOL} does not understand it: {_gist(output)}",
        reason=Reason.MALFORMED,
        path=path or next(iter(staged.lines)),
        line=line,
        advice="ansible-inventory --list shows the same error",
    )
    return checkout.failure(Source.ANSIBLE, error, part=error.path)


def _mentioned(output: str) -> Iterator[str]:
    """Yield what may be the path of the source that failed, the plainest statement first."""
    for pattern in (
        r"[Ff]ailed to parse inventory source (.+)",
        r"Unable to parse (.+) as an inventory source",
        r"Origin: (\S+?)(?::\d+)*$",
        r"(\S+?):\d+: ",
    ):
        yield from re.findall(pattern, output, re.MULTILINE)


def _gist(output: str) -> str:
    """Return the most specific line: the last cause given by the last plugin tried, ini."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
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
