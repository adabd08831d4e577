"""Objects of which nothing but the name can be read."""

from exporter.domain.errors import ParseError


class OddObjectError(ParseError):
    """Of an object only its name is known from now on; *changed* tells if that is news."""

    def __init__(self, message: str, *, changed: bool) -> None:
        super().__init__(message)
        self.changed = changed
