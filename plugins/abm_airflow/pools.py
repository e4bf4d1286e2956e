"""One Airflow pool a platform, so that parallel tasks share its rate limit: `airflow pools import pools.json`."""


def pool_of(platform: str) -> str:
    return f"abm_{platform}"
