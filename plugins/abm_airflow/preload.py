"""What every task of ours imports, for Airflow's `airflow_local_settings`: forked task processes then inherit it.

Without it each of the hundred tasks of a night spends a second on the same imports.
"""

import cosmos.operators.watcher  # noqa: F401 (imported for its effect)

import abm.activation
import abm.alerts
import abm.ingest
import abm.release  # noqa: F401 (as above)
import abm_airflow.modelling  # noqa: F401 (as above)
