"""Terraform's language: how it is read, and what of it can be evaluated without a run."""
