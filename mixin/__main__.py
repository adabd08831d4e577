"""Write the mixin beside this module."""

from mixin.generate import MIXIN, text

if __name__ == "__main__":
    MIXIN.write_text(text())
