"""The reference cluster as it was found, told as values; nothing is read from the repository."""
