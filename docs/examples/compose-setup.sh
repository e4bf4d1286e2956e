#!/usr/bin/env bash
# Run by the `setup` service of docker-compose.yml: everything the other services need before they start.
set -euo pipefail

test -x /venv/bin/python || python -m venv /venv
/venv/bin/python -m pip install --quiet --require-hashes --requirement requirements.txt
/venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .

mkdir -p /state/airflow
umask 077
printf '{"admin": "%s"}\n' "${ABM_AIRFLOW_PASSWORD}" > /state/airflow/passwords.json

/venv/bin/python - <<'PYTHON'
import os
from abm.warehouse import connect, ensure_database, migrate

url = f"postgresql://abm:{os.environ['ABM_POSTGRES_PASSWORD']}@postgres:5432/abm"
ensure_database(url, "airflow")
migrate(url)
PYTHON

/venv/bin/airflow db migrate
/venv/bin/airflow pools import plugins/abm_airflow/pools.json
ABM_WAREHOUSE_URL="${AIRFLOW_CONN_ABM_WAREHOUSE}" /venv/bin/python -m abm.transform
