"""Charts fetched from registries: what the settings allow, bounded, stored whole or not at all.

Nothing that is fetched is opened here: archives and indexes are read by confined workers.
"""

from exporter.registries.fetcher import ChartFetcher

__all__ = ["ChartFetcher"]
