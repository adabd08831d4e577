"""The reports of the reference cluster as of the day on which its owners validated it by hand.

``python -m tests.report.golden`` (``make report``) writes them again.
"""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from exporter.app import Conformance
from exporter.app.report import overview_of
from exporter.foreign.supervisor import supervised
from exporter.report.overview import Overview
from exporter.report.texts import Lang
from exporter.report.writers import Form, write
from exporter.settings.load import load
from tests.apiserver.demo import asking
from tests.clocks import Time
from tests.monitoring.recorded import RecordedStack

EXAMPLE = Path(__file__).parents[2] / "examples" / "reference-cluster"
VALIDATED = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
KST = timezone(timedelta(hours=9), "KST")


def path(lang: Lang) -> Path:
    """Return where the report in *lang* is kept."""
    return EXAMPLE / "report" / f"report.{lang}.md"


def validated() -> Overview:
    """Judge the reference cluster as it was found, its monitoring stack included."""
    return asyncio.run(_validated())


async def _validated() -> Overview:
    with tempfile.TemporaryDirectory() as folder:
        async with RecordedStack(clock=lambda: VALIDATED) as stack:
            loaded = load(_settings(Path(folder), stack))
            time = Time(wall=VALIDATED)
            conformance = Conformance(loaded, clock=time.clock)
            async with supervised() as supervisor:
                try:
                    await conformance.start(supervisor)
                    return overview_of(await conformance.look(time.now), loaded)
                finally:
                    await conformance.stop()


def _settings(folder: Path, stack: RecordedStack) -> Path:
    """Write the example's settings, with the monitoring stack beside the dump."""
    for name in ("repository", "snapshot"):
        (folder / name).symlink_to(EXAMPLE / name)
    lines = (EXAMPLE / "conformance.yaml").read_text().splitlines(keepends=True)
    written = [one + (asking(stack) if one.startswith("  snapshot:") else "") for one in lines]
    path = folder / "conformance.yaml"
    path.write_text("".join(written))
    return path


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
