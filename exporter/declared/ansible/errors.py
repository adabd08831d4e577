"""Why a value of Ansible is not known without a run."""

from exporter.declared.ansible.unread_file import UnreadFile
from exporter.domain.errors import ConformanceError


class UnresolvedError(ConformanceError):
    """A value that only a run of Ansible could evaluate; the message says why."""


class HiddenError(UnresolvedError):
    """A value that stands, or may stand, where it cannot be read: in *unread*, if in a file."""

    def __init__(self, message: str, unread: UnreadFile | None = None) -> None:
        super().__init__(message)
        self.unread = unread

    @classmethod
    def of(cls, name: str, unread: UnreadFile) -> "HiddenError":
        """Return the error of a variable *name* that may stand in a file."""
        return cls(f"{name} may be set in {unread.place.where}, which is not readable", unread)
