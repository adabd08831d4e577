"""A module: the blocks that its directory holds, with what of it could not be read."""

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from exporter.declared.checkout import Checkout
from exporter.declared.kubelet import mentions_arguments
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.hcl import parse
from exporter.declared.terraform.language.json_syntax import parse_json
from exporter.declared.terraform.language.syntax import Block, Body, Expression
from exporter.domain.declaration import Failure
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Source

MAX_HCL = 2 << 20
MAX_FILES = 2_000
_SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")
_LONGEST_FIRST = sorted(_SUFFIXES, key=len, reverse=True)


@dataclass(slots=True)
class Module:
    """The blocks of one directory.

    *failures* are its files that could not be read: what they hold is missing here.
    *mentions_kubelet* tells whether a kubelet argument for labels or taints stands anywhere.
    """

    directory: str
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Expression] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    resources: dict[tuple[str, ...], Block] = field(default_factory=dict)
    calls: dict[str, Block] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    mentions_kubelet: bool = False

    def add(self, block: Block, *, overrides: bool) -> None:
        """Take a block in; one that *overrides* adds its attributes to the one it names."""
        match block.type, block.labels:
            case "locals", ():
                self.locals |= block.body.attributes
            case "variable", (name,):
                self.variables[name] = _merged(self.variables.get(name), block, overrides=overrides)
            case "output", (name,):
                self.outputs[name] = _merged(self.outputs.get(name), block, overrides=overrides)
            case "module", (name,):
                self.calls[name] = _merged(self.calls.get(name), block, overrides=overrides)
            case "resource", (_, _) as key:
                known = self.resources.get(key)
                self.resources[key] = _merged(known, block, overrides=overrides)
            case _:
                pass


def _merged(first: Block | None, second: Block, *, overrides: bool) -> Block:
    """Return *second* laid over *first*; its nested blocks replace those of the same type."""
    if first is None or not overrides:
        return second
    replaced = {block.type for block in second.body.blocks}
    kept = tuple(block for block in first.body.blocks if block.type not in replaced)
    attributes = {**first.body.attributes, **second.body.attributes}
    body = Body(attributes, (*kept, *second.body.blocks))
    return Block(first.type, first.labels, body, first.at)


def load(checkout: Checkout, directory: str, budget: Budget) -> Module:
    """Read the module in *directory*; raises :exc:`ReadError` where there is none.

    A file that cannot be read is a failure of its own, and the others count.
    """
    module = Module(directory)
    names = module_files(checkout, directory)
    if not names:
        raise ReadError(
            "holds no .tf file",
            reason=Reason.MISSING,
            path=directory or ".",
            advice="name the directory of a root module",
        )
    for name in sorted(names, key=_is_override):
        path = posixpath.join(directory, name)
        try:
            _take(module, budget.admit(checkout.read_text(path, limit=MAX_HCL)), path)
        except ReadError as error:
            module.failures.append(checkout.failure(Source.TERRAFORM, error, path=path, part=path))
        except ParseError as error:
            module.failures.append(malformed(checkout, path, error))
    return module


def malformed(checkout: Checkout, path: str, error: ParseError) -> Failure:
    """Return a file's syntax error as a failure at its line."""
    return Failure(
        place=checkout.place(Source.TERRAFORM, path, error.line),
        reason=Reason.MALFORMED,
        message=error.message,
        advice="see `terraform validate`",
        part=path,
    )


def _take(module: Module, content: str, path: str) -> None:
    reader = parse_json if path.endswith(".json") else parse
    module.mentions_kubelet |= mentions_arguments(content)
    for block in reader(content, path).blocks:
        module.add(block, overrides=_is_override(posixpath.basename(path)))


def _is_override(name: str) -> bool:
    stem = next(
        (name.removesuffix(suffix) for suffix in _LONGEST_FIRST if name.endswith(suffix)), name
    )
    return stem == "override" or stem.endswith("_override")


def module_files(checkout: Checkout, directory: str) -> list[str]:
    """Return the names of a module's files; ``x.tofu`` stands in for ``x.tf``."""
    names = set(file_names(checkout, directory, _SUFFIXES))
    for name in tuple(names):
        if ".tofu" in name:
            names.discard(name.replace(".tofu", ".tf"))
    return sorted(names)


def file_names(checkout: Checkout, directory: str, suffixes: Sequence[str]) -> list[str]:
    """Return the sorted names of the files in *directory* that end in one of *suffixes*.

    Raises :exc:`ReadError` where the directory cannot be listed or holds too many.
    """
    found = sorted(name for name in _entries(checkout, directory) if name.endswith(tuple(suffixes)))
    if len(found) > MAX_FILES:
        raise ReadError(
            f"holds more than {MAX_FILES:,} files", reason=Reason.TOO_LARGE, path=directory
        )
    return found


def _entries(checkout: Checkout, directory: str) -> Iterator[str]:
    try:
        with os.scandir(checkout.resolve(directory)) as entries:
            names = [entry.name for entry in entries]
    except OSError as error:
        raise ReadError(
            f"cannot be listed: {error.strerror}",
            reason=Reason.MISSING,
            path=directory or ".",
            advice="name the directory of a root module",
        ) from None
    yield from (
        name
        for name in names
        if not name.startswith(".") and not name.endswith("~") and not name.startswith("#")
    )
