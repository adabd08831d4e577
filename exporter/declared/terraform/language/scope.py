"""What names mean while an expression is evaluated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.values import Lazy, NotKnownError, Origin, Unknown, Value

APPLIED = "is only known once it is applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Names of a module (*roots*) and of the expression around (*bindings*).

    *texts* are the files that its functions may read; inside of a template there are none.
    """

    budget: Budget
    texts: ReferencedFiles | None = None
    roots: Mapping[str, Value] = field(default_factory=dict)
    bindings: Mapping[str, Value] = field(default_factory=dict)

    def bind(self, bindings: Mapping[str, Value]) -> "Scope":
        """Return the scope with further names."""
        return replace(self, bindings={**self.bindings, **bindings})

    def resolve(self, name: str, at: Origin) -> Value:
        """Return what *name* stands for; what Terraform knows and we do not is unknown."""
        if name in self.bindings:
            return self.bindings[name]
        if name in self.roots:
            return self.roots[name]
        return Value(Unknown(name, APPLIED, traversable=True), at)


def memoised(evaluate: Callable[[str], Value], *, kind: str, at: Origin) -> Lazy:
    """Return named things of one *kind*, each evaluated once, when first asked for."""
    found: dict[str, Value] = {}
    pending: set[str] = set()

    def get(name: str) -> Value:
        if name in found:
            return found[name]
        if name in pending:
            return Value(Unknown(f"{kind}.{name}", "depends on itself", failed=True), at)
        pending.add(name)
        try:
            found[name] = evaluate(name)
        except NotKnownError as error:
            found[name] = Value(error.unknown, at)
        finally:
            pending.discard(name)
        return found[name]

    return Lazy(get)
