"""PromQL in parts: which series are meant, and one of them for all replicas of the exporter.

What is aggregated ``by`` its own labels and the cluster is one series however many replicas there
are, as the rules have it. A cluster may have no name of its own: the label is absent where
Prometheus adds it only on the way out, so ``$cluster|`` takes series without it, too.
"""

PREFIX = "cluster_conformance_"
SELECTED = 'cluster=~"$cluster|", job=~"$job"'


def series(name: str, *matchers: str) -> str:
    """Select the series of one of our families, or of a recorded one, in the chosen clusters."""
    full = name if ":" in name or name.startswith("process_") or name == "up" else PREFIX + name
    return f"{full}{{{', '.join((SELECTED, *matchers))}}}"


def most(selected: str, *labels: str) -> str:
    """Take the highest value of all replicas."""
    return f"max by ({', '.join(('cluster', *labels))}) ({selected})"


def least(selected: str, *labels: str) -> str:
    """Take the lowest value of all replicas."""
    return f"min by ({', '.join(('cluster', *labels))}) ({selected})"


def total(selected: str, *labels: str) -> str:
    """Add up what was taken of all replicas before."""
    return f"sum by ({', '.join(('cluster', *labels))}) ({selected})"


def age(instant: str) -> str:
    """Return how many seconds ago an instant was."""
    return f"time() - {instant}"


def per_second(name: str, *matchers: str) -> str:
    """Return the rate of a counter."""
    return f"rate({series(name, *matchers)}[$__rate_interval])"


def increase(name: str, *matchers: str) -> str:
    """Return by how much a counter grew."""
    return f"increase({series(name, *matchers)}[$__rate_interval])"


def state(name: str, *matchers: str, labels: tuple[str, ...]) -> str:
    """Return a recorded state; what had one within the time shown and has none now is unknown."""
    selected = series(name, *matchers)
    return (
        f"{most(selected, *labels)} or {most(f'last_over_time({selected}[$__range])', *labels)}"
        " * 0 + 4"
    )


def trouble(selected: str, *labels: str) -> str:
    """Turn 1 and 0 into 0 for good and 2 for bad; what was there and is not is 1, unknown."""
    return (
        f"2 * (1 - {least(selected, *labels)})"
        f" or {least(f'last_over_time({selected}[$__range])', *labels)} * 0 + 1"
    )


def ours(selected: str) -> str:
    """Keep the series of the exporter's own targets, be they down now."""
    alive = f"last_over_time({series('build_info')}[$__range])"
    return f"{selected} and on (cluster, job, instance) {alive}"
