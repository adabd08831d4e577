from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud import moto
from tests.cloud.applied import Applied
from tests.cloud.looks import Cluster, declared, look


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """The address of a simulated AWS."""
    with moto.serving() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in moto.KEYS.items():
            patch.setenv(name, value)
        yield url


@pytest.fixture(scope="module")
def applied(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """The reference cluster's machines and network, made in the simulated AWS."""
    moto.reset(aws)
    cluster = declared(tmp_path_factory.mktemp("declared"))
    return Applied(moto.client(aws), cluster.cloud).apply()


@pytest.fixture(scope="module")
def cluster(aws: str, applied: Applied, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The reference cluster as the code and its state declare it, all nodes Ready."""
    folder: Path = tmp_path_factory.mktemp("cluster")
    return declared(folder, state=applied.state()).running_on(look(aws))
