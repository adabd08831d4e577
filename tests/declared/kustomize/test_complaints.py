import pytest

from exporter.declared.kustomize.complaints import MAX_MESSAGE, Complaint, is_unsupported, shorten

ROOT = "/checkout/4f1c"


@pytest.mark.parametrize(
    ("errors", "complaint"),
    [
        pytest.param(
            'Error: invalid Kustomization: json: unknown field "foo"\n',
            Complaint('invalid Kustomization: json: unknown field "foo"'),
            id="plain",
        ),
        pytest.param(
            "# Warning: 'bases' is deprecated.\nError: something is wrong\n",
            Complaint("something is wrong"),
            id="warning",
        ),
        pytest.param(
            "Error: accumulating resources: accumulation err='accumulating resources from"
            f" 'x.yaml': evalsymlink failure on '{ROOT}/a/x.yaml' : lstat {ROOT}/a/x.yaml: no such"
            " file or directory': must build at directory: not a valid directory: evalsymlink"
            f" failure on '{ROOT}/a/x.yaml'\n",
            Complaint(
                "evalsymlink failure on 'a/x.yaml' : lstat a/x.yaml: no such file or directory"
            ),
            id="missing",
        ),
        pytest.param(
            "Error: accumulating resources: accumulation err='accumulating resources from '../b':"
            f" '{ROOT}/b' must resolve to a file': recursed merging from path '{ROOT}/b': may not"
            " add resource with an already registered id: Deployment.v1.apps/x.[noNs]\n",
            Complaint(
                "may not add resource with an already registered id: Deployment.v1.apps/x.[noNs]",
                "b",
            ),
            id="twice",
        ),
        pytest.param(
            'Error: accumulating components: accumulateDirectory: "recursed accumulation of path'
            f" '{ROOT}/part': replace operation does not apply: doc is missing key: /a\"\n",
            Complaint("replace operation does not apply: doc is missing key: /a", "part"),
            id="component",
        ),
        pytest.param(
            'E1122 23:03:28.1 8418 run.go:72] "command failed" err="no \\"git\\" program"\n',
            Complaint('no "git" program'),
            id="kubectl",
        ),
        pytest.param(f"Error: cannot read {ROOT}\n", Complaint("cannot read ."), id="root"),
        pytest.param("", Complaint(""), id="nothing"),
    ],
)
def test_only_the_useful_part_of_a_complaint_is_kept(errors: str, complaint: Complaint) -> None:
    assert shorten(errors, root=ROOT) == complaint


@pytest.mark.parametrize(
    "errors",
    [
        "Error: accumulation err='",
        "Error: accumulating resources",
        "Error: recursed accumulation of path 'x",
        "Error: 'x' must resolve to a file': ",
        'Error: accumulateDirectory: "',
        "accumulating a: " * 10_000,
    ],
)
def test_a_complaint_of_another_form_breaks_nothing(errors: str) -> None:
    assert len(shorten(errors, root=ROOT).message) <= MAX_MESSAGE


def test_a_long_complaint_is_cut() -> None:
    assert len(shorten("x" * 100_000, root=ROOT).message) == MAX_MESSAGE


def test_plugins_are_not_run_rather_than_broken() -> None:
    assert is_unsupported("external plugins disabled; unable to load external plugin 'A'")
    assert is_unsupported("trouble configuring builtin B: must specify --enable-helm")
    assert not is_unsupported("something is wrong")
