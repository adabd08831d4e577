"""What Image Updater may set, and what a live Application overrides beside it."""

import pytest

from exporter.declared.argocd.image_updates import (
    ImageUpdate,
    Strategy,
    Tags,
    of_annotations,
    selections,
    updates_of,
)
from exporter.declared.rendered import Manifest
from exporter.domain.applications import Overrides
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from tests.declared.argocd.conftest import Follow, Locate

KEY = ApplicationKey("argocd", "shop")
PREFIX = "argocd-image-updater.argoproj.io"
DIGEST = f"sha256:{'a' * 64}"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd, labels: {team: a}, annotations: {%s}}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: store}
  source: {repoURL: https://git.example.org/platform/gitops.git, path: web%s}
"""
UPDATER = """\
apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: {name: all, namespace: argocd}
spec:
  commonUpdateSettings: {updateStrategy: newest-build, ignoreTags: [latest]}
  applicationRefs:
    - namePattern: "*"
      useAnnotations: true
    - namePattern: shop
      labelSelectors: {matchLabels: {team: a}}
      commonUpdateSettings: {allowTags: "regexp:^v"}
      writeBackConfig: {method: argocd}
      images:
        - alias: web
          imageName: example.org/a:~1.2
          commonUpdateSettings: {updateStrategy: semver}
          manifestTargets: {kustomize: {name: example.org/other}}
        - alias: b
          imageName: example.org/b
          manifestTargets: {helm: {spec: b.image}}
"""
PLAIN = {
    "web/kustomization.yaml": "resources: [d.yaml]",
    "web/d.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: a, image: "example.org/a:1"}]}}}
""",
}


@pytest.mark.parametrize(
    ("tags", "constraint", "tag", "objection"),
    [
        pytest.param(Tags(), "~1.2", "1.2.9", "", id="in the range"),
        pytest.param(Tags(), "~1.2", "1.3.0", "1.3.0 is not in ~1.2", id="out of the range"),
        pytest.param(Tags(), "1.x", "v1.9.0", "", id="with a v"),
        pytest.param(Tags(), "", "3.0.0", "", id="any version"),
        pytest.param(Tags(), "", "3.0.0-rc1", "3.0.0-rc1 is not in *", id="a prerelease"),
        pytest.param(Tags(), "", "main", "main is no version", id="no version"),
        pytest.param(Tags(allowed="any"), "", "1.0.0", "", id="any tag"),
        pytest.param(
            Tags(allowed="regexp:^v\\d"),
            "",
            "1.0.0",
            "1.0.0 is not allowed by regexp:^v\\d",
            id="not matched",
        ),
        pytest.param(Tags(allowed="regexp:^1"), "", "1.0.0", "", id="matched"),
        pytest.param(Tags(allowed="regexp:(?i)^V"), "", "v1.0.0", "", id="as Go matches"),
        pytest.param(
            Tags(allowed="regexp:^("),
            "",
            "1.0.0",
            "1.0.0 is not allowed by regexp:^(",
            id="no regular expression",
        ),
        pytest.param(
            Tags(allowed="regexp:(a+)+$", strategy=Strategy.ALPHABETICAL),
            "",
            "a" * 100 + "b",
            f"{'a' * 100}b is not allowed by regexp:(a+)+$",
            id="one that would take for ever",
        ),
        pytest.param(
            Tags(allowed="glob:*"), "", "1.0.0", "1.0.0 is not allowed by glob:*", id="no function"
        ),
        pytest.param(
            Tags(ignored=("1.*", "x")), "", "1.0.0", "1.0.0 is an ignored tag", id="ignored"
        ),
        pytest.param(Tags(strategy=Strategy.NEWEST_BUILD), "", "main-12", "", id="newest build"),
        pytest.param(Tags(strategy=Strategy.ALPHABETICAL), "", "2026-11-30", "", id="alphabetical"),
        pytest.param(Tags(strategy=Strategy.DIGEST), "main", f"main@{DIGEST}", "", id="digest"),
        pytest.param(Tags(strategy=Strategy.DIGEST), "main", "main", "it has no digest", id="none"),
        pytest.param(
            Tags(strategy=Strategy.DIGEST),
            "main",
            f"dev@{DIGEST}",
            "its tag is not main",
            id="digest of another tag",
        ),
    ],
)
def test_a_tag_is_set_if_strategy_and_filters_allow_it(
    tags: Tags, constraint: str, tag: str, objection: str
) -> None:
    assert tags.objection(tag, constraint=constraint) == objection


def test_annotations_of_an_image_count_more_than_those_of_the_application() -> None:
    annotations = {
        f"{PREFIX}/image-list": "a=example.org/a:~1, example.org/b",
        f"{PREFIX}/update-strategy": "latest",
        f"{PREFIX}/ignore-tags": "x, y",
        f"{PREFIX}/a.update-strategy": "digest",
        f"{PREFIX}/a.allow-tags": "regexp:^1",
        f"{PREFIX}/a.helm.image-spec": "image",
        f"{PREFIX}/write-back-method": "git:secret:argocd/creds",
    }

    one, other = of_annotations(annotations)

    assert one == ImageUpdate(
        repository="example.org/a",
        constraint="~1",
        tags=Tags(strategy=Strategy.DIGEST, allowed="regexp:^1", ignored=("x", "y")),
        spec="image",
        is_live=False,
    )
    assert other.tags == Tags(strategy=Strategy.NEWEST_BUILD, ignored=("x", "y"))
    assert other.parameters == {"image.name", "image.tag"}


def test_the_more_special_selection_of_an_image_updater_counts(locate: Locate) -> None:
    selected = selections(locate(UPDATER), namespace="elsewhere")
    annotations = {f"{PREFIX}/image-list": "example.org/c"}

    def found(name: str, labels: dict[str, str], namespace: str = "argocd") -> list[str]:
        updates = updates_of(
            selected, namespace=namespace, name=name, labels=labels, annotations=annotations
        )
        return [one.repository for one in updates]

    assert found("shop", {"team": "a"}) == ["example.org/a", "example.org/b"]
    assert found("shop", {"team": "b"}) == ["example.org/c"]
    assert found("other", {}) == ["example.org/c"]
    assert found("shop", {"team": "a"}, "apps") == ["example.org/c"]


def test_settings_of_an_image_updater_are_those_of_the_nearest_level(locate: Locate) -> None:
    _, special = selections(locate(UPDATER), namespace="")

    one, other = special.updates

    assert one.tags == Tags(strategy=Strategy.SEMVER, allowed="regexp:^v", ignored=("latest",))
    assert other.tags.strategy is Strategy.NEWEST_BUILD
    assert one.images == {"example.org/other"}
    assert other.parameters == {"b.image"}


async def overridden(follow: Follow, files: dict[str, str], live: Overrides) -> DeclaredApplication:
    followed = await follow({**PLAIN, **files}, "root.yaml", overrides={KEY: (live,)})
    (application,) = followed.reading.applications
    return application


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("annotations", "source", "live", "told"),
    [
        pytest.param("", "", Overrides(), (), id="nothing"),
        pytest.param(
            "",
            "",
            Overrides(images=("example.org/a:2",)),
            ("kustomize.images example.org/a:2, which nothing declares",),
            id="by hand",
        ),
        pytest.param(
            "",
            ", kustomize: {images: ['example.org/a:2']}",
            Overrides(images=("example.org/a:2",)),
            (),
            id="declared",
        ),
        pytest.param(
            f"{PREFIX}/image-list: 'example.org/a:2.x'",
            "",
            Overrides(images=("example.org/a:2.1.0",)),
            (),
            id="kept up to date",
        ),
        pytest.param(
            f"{PREFIX}/image-list: 'example.org/a:2.x'",
            "",
            Overrides(images=("example.org/a:3.0.0",)),
            (
                (
                    "kustomize.images example.org/a:3.0.0: Image Updater sets none such, as 3.0.0 "
                    "is not in 2.x"
                ),
            ),
            id="another tag",
        ),
        pytest.param(
            f"{PREFIX}/image-list: example.org/a, {PREFIX}/write-back-method: git",
            "",
            Overrides(images=("example.org/a:2.0.0",)),
            ("kustomize.images example.org/a:2.0.0, which nothing declares",),
            id="written to Git",
        ),
        pytest.param(
            f"{PREFIX}/image-list: example.org/a",
            "",
            Overrides(parameters=(("image.tag", "1.0.0"), ("debug", "true"))),
            ("helm.parameters debug=true, which nothing declares",),
            id="parameters",
        ),
    ],
)
async def test_what_the_live_application_overrides_is_told_unless_it_is_declared(
    follow: Follow, annotations: str, source: str, live: Overrides, told: tuple[str, ...]
) -> None:
    root = {"root.yaml": APPLICATION % (annotations, source)}

    application = await overridden(follow, root, live)

    assert application.overridden == told


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("committed", "told"),
    [
        pytest.param("example.org/a:2.1.0", (), id="as it may"),
        pytest.param("example.org/other:9", (), id="another image"),
        pytest.param(
            "example.org/a:3.0.0",
            (
                (
                    "web/.argocd-source-shop.yaml: kustomize.images example.org/a:3.0.0: Image "
                    "Updater sets none such, as 3.0.0 is not in 2.x"
                ),
            ),
            id="a tag that it may not set",
        ),
    ],
)
async def test_what_image_updater_commits_is_held_against_what_it_may_set(
    follow: Follow, committed: str, told: tuple[str, ...]
) -> None:
    annotations = f"{PREFIX}/image-list: 'example.org/a:2.x', {PREFIX}/write-back-method: git"
    files = {
        "root.yaml": APPLICATION % (annotations, ""),
        "web/.argocd-source-shop.yaml": f"kustomize: {{images: ['{committed}']}}\n",
    }

    followed = await follow({**PLAIN, **files}, "root.yaml")

    (application,) = followed.reading.applications
    assert application.overridden == told


@pytest.mark.usefixtures("kustomize")
async def test_an_image_updater_that_is_found_later_counts_all_the_same(follow: Follow) -> None:
    files = {"root.yaml": APPLICATION % ("", ""), "web/z.yaml": UPDATER}
    files["web/kustomization.yaml"] = "resources: [d.yaml, z.yaml]"
    live = Overrides(images=("example.org/other=example.org/a:v1.2.3",))

    application = await overridden(follow, files, live)

    assert application.overridden == ()


def running_updater(allowed: str = "", *, name: str = "all") -> Manifest:
    updater = yaml.plain(yaml.load(UPDATER.replace("regexp:^v", allowed)))
    assert isinstance(updater, dict)
    updater["metadata"] = {"name": name, "namespace": "argocd"}
    return Manifest(content=updater, place=Place(Source.KUBERNETES, f"ImageUpdater argocd/{name}"))


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("files", "running", "amiss"),
    [
        pytest.param({}, running_updater(), False, id="the cluster's alone"),
        pytest.param({}, running_updater("regexp:^w"), True, id="which does not allow the tag"),
        pytest.param(
            {"updater.yaml": UPDATER}, running_updater("regexp:^w"), False, id="as it is declared"
        ),
        pytest.param(
            {"updater.yaml": UPDATER.replace("shop", "none")},
            running_updater(),
            True,
            id="no longer declared",
        ),
    ],
)
async def test_an_image_updater_of_the_cluster_counts_where_no_file_declares_it(
    follow: Follow, files: dict[str, str], running: Manifest, *, amiss: bool
) -> None:
    live = Overrides(images=("example.org/other=example.org/a:v1.2.3",))
    declared = {"root.yaml": APPLICATION % ("", ""), **files}

    followed = await follow(
        {**PLAIN, **declared}, *declared, overrides={KEY: (live,)}, running=[running]
    )

    (application,) = followed.reading.applications
    assert followed.reading.failures == ()
    assert bool(application.overridden) is amiss


@pytest.mark.usefixtures("kustomize")
async def test_a_malformed_image_updater_of_the_cluster_is_told_and_breaks_nothing(
    follow: Follow,
) -> None:
    broken = Manifest(
        content={
            "apiVersion": f"{PREFIX}/v1alpha1",
            "kind": "ImageUpdater",
            "spec": {"applicationRefs": [{"images": 1}]},
        },
        place=Place(Source.KUBERNETES, "ImageUpdater argocd/all"),
    )

    followed = await follow(
        {**PLAIN, "root.yaml": APPLICATION % ("", "")}, "root.yaml", running=[broken]
    )

    (note,) = followed.reading.unresolved
    assert followed.reading.failures == ()
    assert (note.place, "malformed" in note.message) == (broken.place, True)
