"""Write the alerts of every layer, and of the exporter itself, beside this package."""

from rules.generate.files import written

if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
