"""What is running: readers that turn a cluster, or a dump of one, into facts."""
