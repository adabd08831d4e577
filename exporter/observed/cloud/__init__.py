"""The cloud under the nodes: one interface for providers, and what asks them."""
