"""What the image ships, told from what it is built from: a bill of materials, and a notice.

Also whether anything is known to be wrong with it, by advisories that somebody put at hand.
"""
