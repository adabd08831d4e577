"""A small archive that ``report --archive`` made, signed by ssh-keygen with a key since deleted.

Three reports, of 12, 13 and 15 November 2025: a node conforms and then cannot be seen, another
fails, is accepted, and is well again.
"""

import shutil
from pathlib import Path

from exporter.archive.sshsig import parse_key

FIXTURES = Path(__file__).parent / "fixtures"
SIGNER = FIXTURES / "signer.pub"
KEPT = FIXTURES / "kept"
KEY = parse_key(SIGNER.read_text())


def copied(to: Path) -> Path:
    """Return a copy of the archive below *to*, which may be changed."""
    folder = to / "archive"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(KEPT, folder)
    return folder
