"""Stand-in for dbt's adapter: a dispatched macro renders as a call of its name."""

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:  # noqa: ARG001 (dbt's signature)
    return lambda *arguments: f"{macro_name}({', '.join(str(argument) for argument in arguments)})"
