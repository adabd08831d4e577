# `make help` lists what can be made. Everything is kept in .venv and .cache; nothing is installed.

export PATH := $(CURDIR)/.venv/bin:$(PATH)
unexport PYTHONPATH PYTHONHOME

ADDRESS ?= 127.0.0.1:10799
SCENARIO ?= none
SECONDS ?= 600
IMAGE ?= cluster-conformance-exporter:$(shell sed -nE 's/^version = "(.*)"/\1/p' pyproject.toml)
SBOM ?= .cache/sbom.cdx.json
EXAMPLE := examples/reference-cluster
TOOLS := kustomize kustomize-trixie helm-3 helm-4 chromium playwright-node promtool promtool-bookworm amtool amtool-bookworm \
	prometheus prometheus-bookworm prometheus-alertmanager prometheus-alertmanager-bookworm tini
PYTEST = tools/with-tools $(TOOLS) -- python -m pytest -rs --numprocesses auto --maxprocesses 4 --dist loadfile
SHELL_SCRIPTS := tools/* .ci/run tests/image/run-image
UV := .cache/uv/bin/uv
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make requirements" $(UV) pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-annotate --no-strip-extras
PROJECT := --extra ansible --extra aws pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo test long coverage lint types format bench versus chaos soak trust fuzz oracle fresh audit sbom answers goanswers report messages screenshots chart snapshot dashboards mixin rules docs generated image requirements clean

help: ## List the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/\1 \2/p' $(MAKEFILE_LIST) | \
		while read -r target what; do printf '  make %-14s%s\n' "$$target" "$$what"; done

demo: $(if $(filter $(SCENARIO),instance-stopped rule-added),.venv/.test,.venv/.run) ## Serve the reference cluster until Ctrl-C; SCENARIO=node-loss changes it
	@kustomize=$$(tools/find-tool kustomize) && \
	helm=$(if $(filter chart-scaled,$(SCENARIO)),$$(tools/find-tool helm-3),helm) && \
	echo "The reference cluster: http://$(ADDRESS)/  metrics: http://$(ADDRESS)/metrics" && \
	CONFORMANCE_KUSTOMIZE=$$kustomize CONFORMANCE_HELM_3=$$helm exec python -m tests.apiserver.demo \
		--address $(ADDRESS) --scenario $(SCENARIO)

test: lint types ## Everything that has to hold before a commit
	@$(PYTEST) -m "not bench and not chaos and not soak and not trust and not long" $(COVERAGE)

long: .venv/.test ## The tests that take long: CI runs them after the others
	@$(PYTEST) -m long

coverage: ## Run the tests and tell which lines and branches none of them reaches; its tracer may take three times the CPU
	@$(MAKE) --no-print-directory test COVERAGE="--cov --cov-report=term"

lint: .venv/.test ## Style of Python, shell and the Dockerfile, and the import contracts
	@ruff check
	@ruff format --check
	@lint-imports
	@shellcheck $(SHELL_SCRIPTS)
	@hadolint Dockerfile

types: .venv/.test ## Type-check everything
	@mypy
	@mypy --explicit-package-bases $(EXAMPLE)/make_snapshot.py helm/generate.py docs/generate.py

format: .venv/.test ## Format the code and mend what can be mended
	@ruff check --fix
	@ruff format

bench: .venv/.test ## Measure speed and memory with a large cluster, live and dumped
	@tools/with-tools $(TOOLS) -- python -m pytest -m bench --capture=no

versus: .venv/.test ## Measure beside kube-state-metrics, which is built where Go is
	@tools/versus

chaos: .venv/.test ## Ten minutes of trouble with an API server; SECONDS=60 for less
	@CHAOS_SECONDS=$(SECONDS) python -m pytest -m chaos --capture=no

soak: .venv/.test ## An hour of commits, reloads, faults and readers, without growth; SECONDS=180 for less
	@SOAK_SECONDS=$(if $(filter file,$(origin SECONDS)),3600,$(SECONDS)) python -m pytest -m soak --capture=no

trust: .venv/.test ## Try every legitimate operation, and each with a fault in it; writes docs/trust.md
	@TRUST_PAGE=docs/trust.md tools/with-tools prometheus prometheus-alertmanager -- \
		python -m pytest tests/trust

fuzz: .venv/.test ## Look for documents that break a parser, or cost too much; SECONDS=60 for less
	@FUZZ_SECONDS=$(SECONDS) tools/with-tools kustomize -- python -m pytest tests/fuzz

oracle: .venv/.test ## Hold each language against the real tool, with new inputs for SECONDS, and count
	@ORACLE_SECONDS=$(SECONDS) ORACLE_WHOLE=$(WHOLE) tools/with-tools kustomize -- python -m pytest tests/oracle
	@ORACLE_SECONDS=$(SECONDS) tools/go-answers
	@python -m docs.generate

fresh: ## Prove the README's commands on a bare Debian 12 and 13; root, debootstrap and 5 GB
	@tools/fresh $(SUITES)

audit: ## Hold every pinned dependency against the known vulnerabilities; ADVISORIES=FOLDER offline
	@tools/audit $(sort $(wildcard requirements/*.txt))

sbom: .venv/.test ## Write the bill of materials of the image to $(SBOM), and what it ships to NOTICE
	@SOURCE_DATE_EPOCH=$$(git show --no-patch --format=%ct HEAD) python -m supply.sbom \
		$(if $(PYTHON_IMAGE),--python-image $(PYTHON_IMAGE)) $(SBOM)
	@python -m supply.notice

real: .venv/.test ## Follow a real API server; KUBEBUILDER_ASSETS names its programs' folder
	@test -n "$$KUBEBUILDER_ASSETS" || { echo "KUBEBUILDER_ASSETS is not set: see CONTRIBUTING.md"; exit 1; }
	@python -m pytest tests/real -rs

answers: .venv/.test ## Ask Argo CD's own code again; ARGOCD names a checkout of it, and Go is needed
	@tools/argocd-answers "$(ARGOCD)"

goanswers: .venv/.test ## Ask Go's libraries for YAML, templates and PromQL again, where Go is
	@tools/go-answers

report: .venv/.test ## Write the validation reports of the reference cluster again
	@tools/with-tools kustomize -- python -m tests.report.golden
	@tools/with-tools kustomize -- python -m tests.properties.reference_leaves

messages: .venv/.test ## Bring the message catalogues up to date with the code, and compile them
	@python -m tests.report.catalogues

screenshots: .venv/.test ## Take the pictures of the status page in docs/img again
	@tools/with-tools kustomize chromium playwright-node -- python -m tests.browser.screenshots

chart: .venv/.test ## Write the chart's schema and the table in its README again
	@python -m helm.generate

snapshot: .venv/.test ## Write the snapshot of the reference cluster again
	@python $(EXAMPLE)/make_snapshot.py

image: ## Build the container image, where docker or podman runs
	@tools/build-image $(IMAGE)

dashboards: .venv/.test ## Write the dashboards again
	@python -m dashboards.generate

mixin: .venv/.test ## Write the monitoring mixin again
	@python -m mixin

rules: .venv/.test ## Write the alerts again, from the checks
	@python -m rules.generate

docs: .venv/.test ## Write the tables of the documentation, heads of runbooks and ids of checks again
	@python -m docs.generate

generated: .venv/.test ## Write again all that follows from checks, metrics and settings
	@for one in rules docs dashboards helm; do python -m $$one.generate || exit; done
	@python -m mixin
	@python -m tests.report.catalogues
	@python -m supply.notice

requirements: $(UV) ## Pin all dependencies anew, with hashes
	@$(COMPILE) --upgrade $(PROJECT) requirements/install.in --output-file requirements/run.txt
	@$(COMPILE) --upgrade $(PROJECT) requirements/install.in requirements/test.in --group dev \
		--constraint requirements/run.txt --output-file requirements/test.txt
	@$(COMPILE) $(PROJECT) --constraint requirements/run.txt --output-file requirements/image.txt
	@$(COMPILE) requirements/install.in --constraint requirements/run.txt --output-file requirements/build.txt

clean: ## Remove everything that was made
	rm -rf .venv .cache .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist htmlcov

# A stamp is younger than what was installed from, or the installation runs again.
.venv/.run: requirements/run.txt pyproject.toml tools/install
	@tools/install requirements/run.txt
	@touch $@

.venv/.test: requirements/test.txt pyproject.toml tools/install
	@tools/install requirements/test.txt
	@touch $@ .venv/.run

$(UV):
	@"$$(tools/find-python)" -m venv .cache/uv
	@.cache/uv/bin/pip install --quiet uv
