"""``conformance.yaml`` as typed values, and how it is read."""
