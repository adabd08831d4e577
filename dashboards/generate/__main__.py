"""Write every dashboard as JSON beside this package."""

from dashboards.generate.files import written

if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
