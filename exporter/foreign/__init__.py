"""Foreign bytes made harmless: bounded files, YAML with line numbers, child processes."""
