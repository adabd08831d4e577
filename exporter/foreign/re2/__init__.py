"""Regular expressions as Go has them (RE2), matched in time that is linear in the text.

Python's own engine reads another syntax, and takes for ever over what a hostile pattern asks of it.
"""

from exporter.foreign.re2.matching import Match, Pattern, compile_pattern
from exporter.foreign.re2.parsing import PatternError, UnsupportedPatternError

__all__ = ["Match", "Pattern", "PatternError", "UnsupportedPatternError", "compile_pattern"]
