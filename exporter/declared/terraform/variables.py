"""The values of a root module's variables, in Terraform's order of precedence.

Source: Terraform language, "Variable Definition Precedence". The environment has no say here.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.hcl import parse
from exporter.declared.terraform.language.json_syntax import parse_json_variables
from exporter.declared.terraform.language.syntax import Expression
from exporter.declared.terraform.language.values import Origin, Unknown, Value
from exporter.declared.terraform.module import MAX_HCL, file_names, malformed
from exporter.domain.declaration import Failure
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.provenance import Source

_FIRST = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")


@dataclass(slots=True)
class VariableValues:
    """The values that files give, and the files that could not be read.

    What a later file gives counts whatever an unreadable one may say; what none of those after it
    gives is not known, be it that an earlier one or a default would tell it.
    """

    values: dict[str, Value] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def get(self, name: str) -> Value | None:
        """Return the value of a variable, None where it has its default."""
        if name in self.values or not self.failures:
            return self.values.get(name)
        place = self.failures[-1].place
        why = f"may be set in {place.path}, which could not be read"
        return Value(Unknown(f"var.{name}", why, traversable=True), Origin(place.path, place.line))

    def add_failure(self, failure: Failure) -> None:
        """Take note of a file that could not be read."""
        self.failures.append(failure)
        self.values.clear()


def read_variables(
    checkout: Checkout,
    directory: str,
    *,
    extra: Sequence[str],
    evaluate: Callable[[Expression], Value],
) -> VariableValues:
    """Return the values that ``.tfvars`` files give.

    *extra* are further files, relative to *directory* or else to the repository.
    """
    given = VariableValues()
    for path in _paths(checkout, directory, extra):
        reader = parse_json_variables if path.endswith(".json") else parse
        try:
            body = reader(checkout.read_text(path, limit=MAX_HCL), path)
        except ReadError as error:
            given.add_failure(checkout.failure(Source.TERRAFORM, error, path=path, part=path))
        except ParseError as error:
            given.add_failure(malformed(checkout, path, error))
        else:
            given.values |= {
                name: evaluate(attribute) for name, attribute in body.attributes.items()
            }
    return given


def _paths(checkout: Checkout, directory: str, extra: Sequence[str]) -> Iterator[str]:
    first = [name for name in _FIRST if checkout.is_file(posixpath.join(directory, name))]
    automatic = file_names(checkout, directory, _AUTOMATIC)
    yield from (posixpath.join(directory, name) for name in (*first, *automatic))
    for name in extra:
        beside = posixpath.normpath(posixpath.join(directory, name))
        yield beside if checkout.is_file(beside) else posixpath.normpath(name)
