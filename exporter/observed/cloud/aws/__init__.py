"""AWS as it answers: its API families, read only."""
