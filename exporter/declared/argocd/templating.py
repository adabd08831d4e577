"""Templates of an ApplicationSet filled in: every string of a tree, keys of maps included.

Source: Argo CD, ``applicationset/utils`` (``Replace``, ``RenderTemplateParams``) and
valyala/fasttemplate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exporter.declared.argocd.gotemplate import UnsupportedError, from_json, render
from exporter.declared.located import LocatedTree, UnresolvedError
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import Json
from exporter.domain.provenance import Place
from exporter.foreign.confined import position

MAX_TEXT = 256 * 1024
MAX_LETTERS = 64 << 20
MAX_APPLICATIONS = 10_000
MAX_MATCHING = 100_000_000
MAX_STEPS = 5_000_000
"""How many steps all templates of one reading may take."""
_LETTERS = 64


@dataclass(slots=True)
class Budget:
    """What one reading may still use, whatever the templates in it ask for."""

    letters: int = MAX_LETTERS
    applications: int = MAX_APPLICATIONS
    matching: int = MAX_MATCHING
    steps: int = MAX_STEPS

    def step(self, steps: int, place: Place) -> None:
        """Count steps of templates; raises :exc:`ReadError` where they are too many."""
        self.steps -= steps
        if self.steps < 0:
            raise _too_large(f"templates take more than {MAX_STEPS:,} steps", place)

    def write(self, letters: int, place: Place) -> None:
        """Count letters that templates gave; raises :exc:`ReadError` where they are too many."""
        self.letters -= letters
        if self.letters < 0:
            raise _too_large(f"templates give more than {MAX_LETTERS >> 20} MiB", place)

    def make(self, applications: int, place: Place) -> None:
        """Count Applications; raises :exc:`ReadError` where they are too many."""
        if applications > self.applications:
            raise _too_large(f"gives more than {MAX_APPLICATIONS:,} Applications", place)
        self.applications -= applications

    def match(self, paths: int, patterns: Iterable[str], place: Place) -> None:
        """Count paths that are held against patterns; raises :exc:`ReadError`.

        A pattern costs its length for every star in it.
        """
        self.matching -= paths * sum(len(one) * (1 + one.count("*")) for one in patterns)
        if self.matching < 0:
            raise _too_large("git generators look at too many paths", place)


@dataclass(frozen=True, slots=True)
class Parameters:
    """One set of parameters of a generator.

    *values* are nested for Go templates; for fasttemplate they are flat, with dotted keys.
    *place* is that of the element which gives them, where there is one.
    """

    values: Mapping[str, LocatedTree] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Templating:
    """How an ApplicationSet wants its templates read.

    *go* is ``goTemplate``; *strict* is ``missingkey=error`` among its options.
    """

    budget: Budget
    go: bool = False
    strict: bool = False

    def text(self, text: str, parameters: Parameters, place: Place) -> str:
        """Return *text* filled in.

        Raises :exc:`ReadError` where Argo CD would fail, :exc:`UnresolvedError` where the outcome
        cannot be told from the code.
        """
        return self._text(text, self._values(parameters, place), place)

    def tree(self, template: LocatedTree, parameters: Parameters) -> LocatedTree:
        """Return *template* with every string in it filled in; without parameters it stays."""
        if not parameters.values:
            return template
        return self._part(template, self._values(parameters, template.place))

    def with_values(self, generator: LocatedTree, parameters: Parameters) -> Parameters:
        """Return *parameters* with a generator's ``values``, which may use the others."""
        fields = generator.object("values").fields
        added = {
            key: LocatedTree(self.text(value.value, parameters, value.place), value.place)
            for key, value in generator.stated("values").items()
        }
        if not added:
            return parameters
        if self.go:
            place = next(iter(fields.values())).place
            more: Mapping[str, LocatedTree] = {"values": LocatedTree(added, place)}
        else:
            more = {f"values.{key}": value for key, value in added.items()}
        return Parameters({**parameters.values, **more}, parameters.place)

    def _values(self, parameters: Parameters, place: Place) -> Mapping[str, Json]:
        self.budget.step(sum(one.size for one in parameters.values.values()), place)
        plain = {key: value.plain() for key, value in parameters.values.items()}
        return from_json(plain) if self.go else plain

    def _text(self, text: str, values: Mapping[str, Json], place: Place) -> str:
        if "{{" not in text:
            return text
        position.at(place.path, place.line)
        self.budget.step(len(text) // _LETTERS, place)
        try:
            done = self._filled(text, values, place)
        except ParseError as error:
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=place.path, line=place.line
            ) from None
        except UnsupportedError as error:
            raise UnresolvedError(place, f"only Argo CD can evaluate {error}") from None
        self.budget.write(len(done), place)
        return done

    def _filled(self, text: str, values: Mapping[str, Json], place: Place) -> str:
        if not self.go:
            return fill(text, values)
        return render(
            text, values, strict=self.strict, spend=lambda steps: self.budget.step(steps, place)
        )

    def _part(self, part: LocatedTree, values: Mapping[str, Json]) -> LocatedTree:
        if isinstance(part.content, str):
            return LocatedTree(self._text(part.content, values, part.place), part.place)
        if isinstance(part.content, tuple):
            return LocatedTree(tuple(self._part(one, values) for one in part.content), part.place)
        if isinstance(part.content, Mapping):
            filled = {
                self._text(key, values, one.place): self._part(one, values)
                for key, one in part.content.items()
            }
            return LocatedTree(filled, part.place)
        return part


def fill(text: str, values: Mapping[str, Json]) -> str:
    """Return *text* with ``{{name}}`` replaced by the string *name*.

    As in Argo CD, what is no string or not known stays as it stands. Raises :exc:`ParseError`
    where a tag is not closed or the text grows too long.
    """
    if not any(_is_templated(line) for line in text.split("\n")):
        return text
    parts: list[str] = []
    at = length = 0
    while (start := text.find("{{", at)) >= 0:
        end = text.find("}}", start + 2)
        if end < 0:
            raise ParseError("a parameter ({{) is not closed")
        found = values.get(text[start + 2 : end].strip())
        parts += [text[at:start], found if isinstance(found, str) else text[start : end + 2]]
        length += len(parts[-1]) + len(parts[-2])
        if length > MAX_TEXT:
            raise ParseError(f"a template grows over {MAX_TEXT // 1024} KiB")
        at = end + 2
    return "".join([*parts, text[at:]])


def _is_templated(line: str) -> bool:
    start = line.find("{{")
    return start >= 0 and line.find("}}", start + 2) >= 0


def _too_large(message: str, place: Place) -> ReadError:
    return ReadError(message, reason=Reason.TOO_LARGE, path=place.path, line=place.line)
