"""The reports of the reference cluster as of the day on which its owners validated it by hand.

``python -m tests.report.golden`` (``make report``) writes them again.
"""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from exporter.app import report_once
from exporter.report.overview import Overview
from exporter.report.texts import Lang
from exporter.report.writers import Form, write
from exporter.settings.load import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "reference-cluster"
VALIDATED = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
KST = timezone(timedelta(hours=9), "KST")


def path(lang: Lang) -> Path:
    """Return where the report in *lang* is kept."""
    return EXAMPLE / "report" / f"report.{lang}.md"


def validated() -> Overview:
    """Judge the reference cluster as it was found."""
    return asyncio.run(report_once(load(EXAMPLE / "conformance.yaml"), at=VALIDATED))


def written(view: Overview, *, lang: Lang) -> bytes:
    """Return the report as its owners read it."""
    return write(view, form=Form.MARKDOWN, lang=lang, zone=KST)


def main() -> None:
    """Write the reports again."""
    view = validated()
    for lang in Lang:
        path(lang).parent.mkdir(exist_ok=True)
        path(lang).write_bytes(written(view, lang=lang))


if __name__ == "__main__":
    main()
