# The images that this one is built from, by their tags. A release names them by their digests, too
# (tools/build-image): --build-arg PYTHON_IMAGE=python:3.13-slim-trixie@sha256:...
ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG GO_IMAGE=golang:1.26-trixie

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/build.txt requirements/image.txt requirements/
RUN python -m venv --without-pip /opt/build \
    && python -m venv --without-pip /opt/exporter \
    && python -m pip --python /opt/build/bin/python install \
        --require-hashes --only-binary :all: --requirement requirements/build.txt \
    && python -m pip --python /opt/exporter/bin/python install \
        --require-hashes --only-binary :all: --requirement requirements/image.txt
COPY . .
RUN python -m pip --python /opt/build/bin/python wheel \
        --no-deps --no-index --no-build-isolation --wheel-dir /opt/wheels . \
    && python -m pip --python /opt/exporter/bin/python install \
        --no-deps --no-index /opt/wheels/*.whl

# The versions that Argo CD ships: helm 3 up to 3.4, and 4 from 3.5 on; kustomize 5.7.0 up to 3.2, and
# 5.8.1 from 3.3.1 on.
FROM ${GO_IMAGE} AS renderers
ENV CGO_ENABLED=0 GOFLAGS=-trimpath
RUN GOBIN=/opt/helm-3 go install -ldflags "-s -w \
        -X helm.sh/helm/v3/internal/version.version=v3.19.4 \
        -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 \
        -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34" helm.sh/helm/v3/cmd/helm@v3.19.4 \
    && GOBIN=/opt/helm-4 go install -ldflags "-s -w \
        -X helm.sh/helm/v4/internal/version.version=v4.2.1" helm.sh/helm/v4/cmd/helm@v4.2.1 \
    && GOBIN=/opt/kustomize-5.7 go install -ldflags "-s -w \
        -X sigs.k8s.io/kustomize/api/provenance.version=v5.7.0" \
        sigs.k8s.io/kustomize/kustomize/v5@v5.7.0 \
    && GOBIN=/opt/kustomize go install -ldflags "-s -w \
        -X sigs.k8s.io/kustomize/api/provenance.version=v5.8.1" \
        sigs.k8s.io/kustomize/kustomize/v5@v5.8.1

FROM ${PYTHON_IMAGE}
# Versions as far as a stable release of Debian keeps them; what follows are its security updates.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        "ca-certificates=20*" "git=1:2.47.*" "tini=0.19.*" \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log \
    && python -m pip uninstall --yes pip \
    && rm -rf /usr/local/lib/python3.13/ensurepip
COPY --from=build /opt/exporter /opt/exporter
COPY --from=renderers /opt/helm-3/helm /usr/local/bin/helm-3
COPY --from=renderers /opt/helm-4/helm /usr/local/bin/helm-4
COPY --from=renderers /opt/kustomize-5.7/kustomize /usr/local/bin/kustomize-5.7
COPY --from=renderers /opt/kustomize/kustomize /usr/local/bin/kustomize
COPY LICENSE NOTICE /usr/share/doc/cluster-conformance-exporter/

# Everything that is written goes to /tmp, whoever the container runs as. Threads that come and go
# would leave memory in an arena each.
ENV PATH=/opt/exporter/bin:$PATH \
    HOME=/tmp \
    TMPDIR=/tmp \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CLUSTER_CONFORMANCE_CONFIG_FILE=/etc/cluster-conformance/conformance.yaml
USER 65532:65532
WORKDIR /tmp
EXPOSE 10799
ENTRYPOINT ["/usr/bin/tini", "-g", "--", "/opt/exporter/bin/cluster-conformance"]
CMD ["serve"]

ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="cluster-conformance-exporter" \
      org.opencontainers.image.description="Prometheus exporter: does a running Kubernetes cluster match what its code says?" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
