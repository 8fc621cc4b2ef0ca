PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
DEMO := CAMPGRID_DEMO=1

.PHONY: install install-dev demo test check format bench bench-faults bench-solver

install: .venv/.installed

.venv/.installed: uv.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv sync --quiet --frozen --inexact --no-dev --extra postgres --extra redis --extra push
	touch $@

install-dev: install
	$(BIN)/uv sync --quiet --frozen --inexact --all-extras

demo: install
	$(DEMO) $(BIN)/python manage.py migrate --verbosity 0
	$(DEMO) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	$(DEMO) $(BIN)/python manage.py seed_demo
	$(DEMO) $(BIN)/python manage.py serve --port $(PORT)

test: install-dev
	$(BIN)/pytest --numprocesses 2 --dist worksteal $(ARGS)

check: install-dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/bandit --quiet --recursive -ll accounts config demo events exchange notes pitches schedule
	$(DEMO) $(BIN)/python manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(60))") ALLOWED_HOSTS=camp.example DATABASE_URL=sqlite://:memory: \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

format: install-dev
	$(BIN)/ruff check --fix --quiet --output-format concise .
	$(BIN)/ruff format --quiet .

bench: install-dev
	$(BIN)/python -m bench.web
	$(BIN)/python -m bench.herd

bench-faults: install-dev
	$(BIN)/python -m bench.faults

bench-solver: install-dev
	$(BIN)/uv sync --quiet --frozen --inexact --all-extras --group bench
	$(BIN)/python -m bench.solver compare $(FILES)
