"""What we read of plays is what they do when ansible-core, in a process of its own, runs them."""

from pathlib import Path
from random import Random

import yaml

from tests.oracle.ansible import ansible_core, runs
from tests.oracle.ansible.plays import Plays
from tests.oracle.ansible.readings import Reader, of_key
from tests.oracle.figures import SECONDS, Outcome, counted, record, seeds

HERE = Path(__file__).parent
COUNT = 60 if SECONDS else 12


def test_a_play_leaves_the_labels_that_we_read(tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    different: list[str] = []

    for seed in seeds(1):
        folder = tmp_path / str(seed)
        names = written(Plays(Random(seed)), folder)  # noqa: S311 - cases, no secrets
        theirs, refused = runs.run(names, folder)
        reader = Reader(folder)
        for name in names:
            ours, labels = reader.read(f"{name}.yml"), of_key(theirs, name)
            outcome = Outcome.UNRESOLVED if name in refused else ours.outcome(labels)
            outcomes.append(outcome)
            if outcome is Outcome.DIFFERENT:
                text = (folder / f"{name}.yml").read_text()
                different.append(f"seed {seed}\n{text}\nours {ours.labels}\ntheirs {labels}")

    version = ansible_core.version()
    record(counted(outcomes, language="Ansible plays", tool="ansible-core", version=version), HERE)
    assert "\n\n".join(different) == ""


def written(plays: Plays, folder: Path) -> list[str]:
    """Write so many plays, each in a file of its own, and what they use; return their names."""
    names = [f"p{number}" for number in range(COUNT)]
    texts = {f"{name}.yml": yaml.safe_dump(plays.play(name), sort_keys=False) for name in names}
    for path, text in {**plays.files, **texts}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return names
