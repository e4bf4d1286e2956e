"""What every task of ours imports, for Airflow's `airflow_local_settings`: forked task processes then inherit it.

Without it each of the hundreds of tasks of a night spends a second on the same imports, and each check five.
"""

import logging
import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read once, at the import
logging.disable(logging.INFO)  # which alone logs two hundred lines
import great_expectations  # noqa: E402, F401 (imported for its effect)

logging.disable(logging.NOTSET)

import abm.activation  # noqa: E402
import abm.alerts  # noqa: E402
import abm.ingest  # noqa: E402
import abm.release  # noqa: E402, F401 (as above)
import abm_airflow.modelling  # noqa: E402, F401 (as above)
