"""A first ``conformance.yaml``: what a repository and a cluster let one guess, with the reasons."""
