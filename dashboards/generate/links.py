"""Where one gets to from a dashboard: to the others, to runbooks and to the status page.

Grafana cannot know two addresses: they are the hidden variables ``runbooks`` and ``status_page``,
whose values can never resolve until they are replaced (docs/decisions/0010-dashboards.md).
"""

from dataclasses import dataclass

OVERVIEW = "cluster-conformance-overview"
LAYER = "cluster-conformance-layer"
SUBJECT = "cluster-conformance-subject"
EXPORTER = "cluster-conformance-exporter"
FLEET = "cluster-conformance-fleet"

RUNBOOKS = "https://runbooks.invalid/"
STATUS_PAGE = "https://status.invalid/"

KEPT = ("datasource", "cluster", "job", "runbooks", "status_page")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a table's cell."""

    title: str
    url: str
    outside: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the link as Grafana has it."""
        return {"title": self.title, "url": self.url, "targetBlank": self.outside}


def to(uid: str, title: str, *kept: str, **chosen: str) -> Link:
    """Lead to a dashboard, keeping the time, the common variables and those that are *kept*.

    *chosen* are variables of that dashboard, and the fields of the row that they are set to.
    """
    same = "&".join(f"${{{name}:queryparam}}" for name in (*KEPT, *kept))
    fields = "".join(
        f"&var-{name}=${{__data.fields.{field}}}" for name, field in sorted(chosen.items())
    )
    return Link(title, f"/d/{uid}?${{__url_time_range}}&{same}{fields}")


RUNBOOK = Link("Runbook", "${runbooks:raw}${__value.text}.md", outside=True)
STATUS = Link("Status page: declared against observed", "${status_page:raw}", outside=True)
