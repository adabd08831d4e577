"""The values of a root module's variables, in Terraform's order of precedence.

Source: Terraform language, "Variable Definition Precedence". The environment has no say here.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.hcl import parse
from exporter.declared.terraform.language.json_syntax import parse_json_variables
from exporter.declared.terraform.language.syntax import Expression
from exporter.declared.terraform.language.values import Value
from exporter.declared.terraform.module import MAX_HCL, file_names, malformed
from exporter.domain.declaration import Failure
from exporter.domain.errors import ParseError, ReadError
from exporter.domain.provenance import Source

_FIRST = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")


def read_variables(
    checkout: Checkout,
    directory: str,
    *,
    extra: Sequence[str],
    evaluate: Callable[[Expression], Value],
) -> tuple[dict[str, Value], list[Failure]]:
    """Return the values that ``.tfvars`` files give, and the files that could not be read.

    *extra* are further files, relative to *directory* or else to the repository.
    """
    found: dict[str, Value] = {}
    failures: list[Failure] = []
    for path in _paths(checkout, directory, extra):
        reader = parse_json_variables if path.endswith(".json") else parse
        try:
            body = reader(checkout.read_text(path, limit=MAX_HCL), path)
        except ReadError as error:
            failures.append(checkout.failure(Source.TERRAFORM, error, path=path, part=path))
        except ParseError as error:
            failures.append(malformed(checkout, path, error))
        else:
            found |= {name: evaluate(one) for name, one in body.attributes.items()}
    return found, failures


def _paths(checkout: Checkout, directory: str, extra: Sequence[str]) -> Iterator[str]:
    first = [name for name in _FIRST if checkout.is_file(posixpath.join(directory, name))]
    automatic = file_names(checkout, directory, _AUTOMATIC)
    yield from (posixpath.join(directory, name) for name in (*first, *automatic))
    for name in extra:
        beside = posixpath.normpath(posixpath.join(directory, name))
        yield beside if checkout.is_file(beside) else posixpath.normpath(name)
