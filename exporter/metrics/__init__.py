"""The metrics: their families as data, and the exposition of one evaluation."""
