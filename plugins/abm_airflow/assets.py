"""The assets by which the DAGs meet."""

from airflow.sdk import Asset

# Emitted by abm_ingest when at least one source has landed; consumed by abm_model.
LANDING = Asset(name="abm_landing", uri="abm://landing", group="abm")

# Emitted by abm_model and abm_review after publishing; consumed by every abm_activate_<destination>.
RELEASE = Asset(name="abm_release", uri="abm://release", group="abm")
