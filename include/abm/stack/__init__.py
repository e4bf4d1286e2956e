"""The whole system on one machine: embedded PostgreSQL, sandbox platforms and a real Airflow, on loopback."""

DEMO_ACCOUNTS = 2000
