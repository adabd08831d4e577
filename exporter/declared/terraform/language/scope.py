"""What names mean while an expression is evaluated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.values import (
    Lazy,
    NotKnownError,
    Origin,
    Unknown,
    Value,
    failed,
)

APPLIED = "is only known once it is applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Names of a module (*roots*) and of the expression around (*bindings*).

    *texts* are the files that its functions may read. What is *closed* knows no other names, as a
    template does.
    """

    budget: Budget
    texts: ReferencedFiles | None = None
    roots: Mapping[str, Value] = field(default_factory=dict)
    bindings: Mapping[str, Value] = field(default_factory=dict)
    closed: bool = False

    def bind(self, bindings: Mapping[str, Value]) -> "Scope":
        """Return the scope with further names."""
        return replace(self, bindings={**self.bindings, **bindings})

    def resolve(self, name: str, at: Origin) -> Value:
        """Return what *name* stands for; what Terraform knows and we do not is unknown."""
        if name in self.bindings:
            return self.bindings[name]
        if name in self.roots:
            return self.roots[name]
        if self.closed:
            raise failed(name, "is not among the variables of the template")
        return Value(Unknown(name, APPLIED, traversable=True), at)


def memoised(
    evaluate: Callable[[str], Value],
    *,
    kind: str,
    at: Origin,
    names: tuple[str, ...] | None = None,
) -> Lazy:
    """Return named things of one *kind*, each evaluated once, when first asked for.

    What fails there fails the whole run, wherever it is referred to: ``try`` cannot mend it.
    """
    found: dict[str, Value] = {}
    pending: set[str] = set()

    def get(name: str) -> Value:
        if name in found:
            return found[name]
        if name in pending:
            return Value(Unknown(f"{kind}.{name}", "depends on itself"), at)
        pending.add(name)
        try:
            found[name] = _settled(evaluate(name))
        except NotKnownError as error:
            found[name] = _settled(Value(error.unknown, at))
        finally:
            pending.discard(name)
        return found[name]

    return Lazy(get, names)


def _settled(value: Value) -> Value:
    if isinstance(value.data, Unknown) and value.data.failed:
        return Value(replace(value.data, failed=False), value.at)
    return value
