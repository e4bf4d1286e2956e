"""Everything that imports Airflow: hooks, operators, assets, notifiers. The work itself is in `abm`."""
