"""Files of variables: what is wrong with one costs only that one."""

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.inventory_variables import read_variables
from exporter.domain.errors import Reason
from exporter.domain.provenance import Place, Source

from .conftest import Repository

INVENTORY = Inventory(
    places={"n1": Place(Source.ANSIBLE, "hosts", 1)},
    groups={"n1": ("workers",)},
    members={"all": ("n1",), "workers": ("n1",)},
)


def test_playbooks_override_what_lies_beside_the_inventory(repository: Repository) -> None:
    checkout = repository(
        {"inv/group_vars/all.yml": "a: 1\nb: 1\n", "play/group_vars/all.yml": "b: 2\n"}
    )

    variables = read_variables(
        INVENTORY, folders=["inv", "play", "inv"], documents=Documents(checkout)
    )

    host = variables.hosts["n1"]
    places = [found.place for name in "ab" if (found := host.find(name))]
    assert places == [
        checkout.place(Source.ANSIBLE, "inv/group_vars/all.yml", 1),
        checkout.place(Source.ANSIBLE, "play/group_vars/all.yml", 1),
    ]
    assert host.find("c") is None


def test_what_cannot_be_read_is_a_failure_with_its_line(repository: Repository) -> None:
    checkout = repository(
        {
            "group_vars/all/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
            "group_vars/all/broken.yml": "a: 1\nb: ]\nc: 1\n",
            "group_vars/all/list.yml": "- a\n",
            "group_vars/all/good.yml": "a: 1\n",
            "group_vars/all/empty.yml": "",
            "group_vars/workers.yml": "b: 2\n",
        }
    )
    (checkout.root / "host_vars").mkdir()
    (checkout.root / "host_vars/n1.yml").symlink_to("/etc/hostname")

    variables = read_variables(INVENTORY, folders=["."], documents=Documents(checkout))

    assert {
        (failure.place.path, failure.place.line, failure.reason) for failure in variables.failures
    } == {
        ("group_vars/all/vault.yml", 1, Reason.FORBIDDEN),
        ("group_vars/all/broken.yml", 2, Reason.MALFORMED),
        ("group_vars/all/list.yml", 1, Reason.MALFORMED),
        ("host_vars/n1.yml", 0, Reason.OUTSIDE),
    }
    assert variables.hosts["n1"].find("a") is not None
    assert variables.hosts["n1"].find("b") is not None


def test_linked_folders_of_variables_are_followed_inside_the_repository(
    repository: Repository,
) -> None:
    checkout = repository({"shared/all.yml": "a: 1\n"})
    (checkout.root / "group_vars").symlink_to("shared")

    variables = read_variables(INVENTORY, folders=["."], documents=Documents(checkout))

    assert variables.hosts["n1"].find("a") is not None


def test_all_files_together_are_bounded(repository: Repository) -> None:
    checkout = repository({"group_vars/all.yml": "a: 1\n", "group_vars/workers.yml": "b: 1\n"})

    variables = read_variables(INVENTORY, folders=["."], documents=Documents(checkout, limit=7))

    assert [failure.reason for failure in variables.failures] == [Reason.TOO_LARGE]
