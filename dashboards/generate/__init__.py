"""The program that writes the dashboards: ``python -m dashboards.generate``."""
