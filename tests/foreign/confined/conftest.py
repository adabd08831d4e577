from collections.abc import Iterator

import pytest

from exporter.foreign.confined.template import Template
from tests.foreign.confined import jobs


@pytest.fixture
def template() -> Iterator[Template]:
    template = Template.start(jobs.do)
    yield template
    template.stop()
