"""Writes NOTICE: what the image ships that is of others, and under which licence.

``python -m supply.notice``
"""

from collections.abc import Iterator
from typing import Final

from supply.components import ROOT, Component, Image, read

_BEGINNING: Final = """\
cluster-conformance-exporter
Copyright the authors of cluster-conformance-exporter

Licensed under the Apache License, Version 2.0 (the file LICENSE).

Nothing of others is part of this program's source. The container image that the Dockerfile builds
contains what follows, each under its own licence, besides what its base image contains:
{base}

No program below is linked into another one or into this one, but for the Python packages that this
one imports; Git, kustomize, helm, tini and ansible-core are started as programs of their own.
"""
_ENDING: Final = """\
The licences' texts are in the image: of Python packages in their *.dist-info folders below
/opt/exporter, of Debian's packages in /usr/share/doc/*/copyright. Helm is built from its published
source without changes; its licence is that of this program, and its go.mod names what it is
built with.

The source of Git and of ansible-core, which are under the GNU General Public License, is published
by Debian (the source package of the version in the image) and by the Python Package Index (the
source distribution of the version below), without changes. Who passes the image on has to see to
it that whoever gets it can get these, too.
"""


def text(image: Image) -> str:
    """Return the notice."""
    return "\n".join([_BEGINNING.format(base=image.base), *_table(image), "", _ENDING])


def _table(image: Image) -> Iterator[str]:
    shown = [(one.name, _version(one), one.licence) for one in image.components]
    widths = [max(len(row[at]) for row in shown) for at in range(2)]
    for name, version, licence in sorted(shown):
        yield f"  {name:<{widths[0]}}  {version:<{widths[1]}}  {licence}"


def _version(one: Component) -> str:
    return one.version or one.constraint


if __name__ == "__main__":
    (ROOT / "NOTICE").write_text(text(read()))
