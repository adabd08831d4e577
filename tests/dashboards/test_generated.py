"""The files are what the program writes."""

from dashboards.generate.files import written
from tests.dashboards.boards import FOLDER


def test_the_files_are_what_the_program_writes() -> None:
    shipped = {path: path.read_text() for path in FOLDER.glob("*.json")}

    assert shipped == written(), "run make dashboards"
