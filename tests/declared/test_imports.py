"""What the process that serves need not hold: the readers, which run in workers only."""

import subprocess
import sys

READING = """
import sys
from exporter.declared.confined import Workers
workers = Workers.start()
import exporter.app
languages = ("ansible", "argocd", "helm", "kustomize", "machines", "terraform")
held = {"exporter.declared.argocd.told_places"}
print(*(
    name
    for name in sys.modules
    if name.startswith(tuple(f"exporter.declared.{one}." for one in languages)) and name not in held
))
"""


def test_what_evaluates_foreign_languages_is_not_even_imported_where_it_is_served() -> None:
    command = [sys.executable, "-c", READING]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
