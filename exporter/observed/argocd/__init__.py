"""Argo CD itself, asked for what it renders."""
