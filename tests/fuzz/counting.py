"""How many documents were tried, so that a run that found nothing can be told from none."""

from collections import Counter

TRIED: Counter[str] = Counter()
"""Documents by what was done with them."""
