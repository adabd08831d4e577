"""What of a repository there is to read, found by the parsers that read it: a first guess.

It is made in a worker, as all that parses a repository, and every guess says what it rests on.
"""
