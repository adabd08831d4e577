"""The HTTP side's own affairs: who may connect, for how long, and what is asked of them."""
