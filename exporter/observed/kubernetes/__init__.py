"""A live cluster: what its API server lists, and tells of changes, for as long as we run."""
