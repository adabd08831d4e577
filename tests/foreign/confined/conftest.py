import warnings
from collections.abc import Iterator

import pytest

from exporter.foreign.confined.template import Template
from tests.foreign.confined import jobs


@pytest.fixture
def template() -> Iterator[Template]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the tests stay behind
        template = Template.start(jobs.do)
    yield template
    template.stop()
