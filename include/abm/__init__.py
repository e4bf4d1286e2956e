"""ABM Spectrum without Airflow: policy, sources, landing, checks, release, activation and the command line."""
