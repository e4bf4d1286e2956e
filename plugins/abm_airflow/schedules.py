"""When DAGs on a schedule begin."""

from datetime import timedelta

# A run that was due before the DAG was switched on is not made up for. `False` says so too, but Airflow 3.3 then still
# makes up for one that was due within a tenth of the interval: a demo at 03:00 would see a second night begin.
NEVER = timedelta(0)
