"""What a reading looks like on its way from the worker that read to the process that judges.

At the limit a reading has a quarter of a million places, of which 1 % are distinct, and manifests
that share most of their parts. So texts, places, statements and parts of manifests are rows of
tables, and what refers to them are numbers: 3 MB instead of 35, and equal parts stay one object.
"""
