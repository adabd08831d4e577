"""The evaluation, the loop that repeats it, and the HTTP server that shows its outcome."""
