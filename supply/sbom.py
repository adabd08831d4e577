"""Writes the bill of materials of the image, as CycloneDX 1.6.

``python -m supply.sbom [--python-image NAME@DIGEST] [FILE]``

The same sources give the same bytes: its time is that of the commit (``SOURCE_DATE_EPOCH``), its
serial number follows from what is in it. Source: the CycloneDX specification (ECMA-424).
"""

import argparse
import json
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from supply.components import DIGEST, Component, Image, read

Document: TypeAlias = dict[str, Any]
NAME: Final = "cluster-conformance-exporter"
_NAMESPACE: Final = uuid.UUID("9a0f2c4e-6a0e-5d0b-8f0c-1e1f5c0b7a11")


def document(image: Image, *, at: datetime) -> Document:
    """Return the bill of materials of *image* as of an instant."""
    main: Document = {
        "type": "container",
        "bom-ref": NAME,
        "name": NAME,
        "version": image.version,
        "licenses": [{"expression": "Apache-2.0"}],
    }
    components = [_base(image.base), *map(_component, image.components)]
    found: Document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": at.isoformat(), "component": main},
        "components": components,
        "dependencies": [{"ref": NAME, "dependsOn": [one["bom-ref"] for one in components]}],
    }
    serial = uuid.uuid5(_NAMESPACE, json.dumps(found, sort_keys=True))
    return {**found, "serialNumber": serial.urn}


def _component(one: Component) -> Document:
    found: Document = {
        "type": "library" if one.kind == "pypi" else "application",
        "bom-ref": one.purl,
        "name": one.name,
        "purl": one.purl,
        "licenses": [{"expression": one.licence}],
    }
    if one.version:
        found["version"] = one.version
    if one.constraint:
        found["properties"] = [{"name": f"{NAME}:constraint", "value": one.constraint}]
    if one.hashes:
        found["hashes"] = [{"alg": "SHA-256", "content": each} for each in one.hashes]
    return found


def _base(base: str) -> Document:
    """Return the image of others that this one begins with, by its digest if that is given."""
    name, _, digest = base.partition("@sha256:")
    short, _, tag = name.partition(":")
    found: Document = {
        "type": "container",
        "bom-ref": f"pkg:oci/{short}",
        "name": short,
        "version": tag,
    }
    if digest:
        found["hashes"] = [{"alg": "SHA-256", "content": digest}]
    return found


def main() -> None:
    """Write it to the file that is named, or to standard output."""
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__)
    parser.add_argument("--python-image", default="", help="the base image, with its digest")
    parser.add_argument("file", nargs="?", type=Path)
    given = parser.parse_args()
    image = read()
    if given.python_image:
        if not DIGEST.search(given.python_image):
            parser.error("--python-image has no digest (NAME@sha256:...)")
        image = Image(
            version=image.version,
            base=given.python_image,
            builder=image.builder,
            components=image.components,
        )
    at = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), UTC)
    text = json.dumps(document(image, at=at), indent=2, sort_keys=True) + "\n"
    if given.file:
        given.file.write_text(text)
    else:
        print(text, end="")  # noqa: T201 - its output


if __name__ == "__main__":
    main()
