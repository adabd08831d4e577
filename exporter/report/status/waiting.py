"""What people see before the first evaluation: that nothing is claimed yet."""

from datetime import UTC, datetime
from typing import Final

from exporter.domain.published import Answer
from exporter.report.status.page_query import PageQuery
from exporter.report.status.site import PageContext, render, site
from exporter.report.status.words import words
from exporter.report.texts import Lang

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def waiting(cluster: str, lang: str) -> Answer:
    """Return the page in a language, with the status that tells programs to come again."""
    said = words(Lang(lang), now=_NEVER)
    answer = render(
        "waiting.html",
        words=said,
        query=PageQuery(),
        site=site(cluster, said, PageContext(), level=None, here="status"),
        status=503,
    )
    return Answer(
        content_type=answer.content_type,
        body=answer.body,
        status=answer.status,
        headers={**answer.headers, "Retry-After": "5", "Cache-Control": "no-store"},
    )
