"""Which errors a task tries again, told by kind: a fault of configuration is not mended by waiting."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from abm_airflow.notifiers import NameFailingStep

BY_KIND_OF_ERROR = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="abm.errors.ConfigurationError", action=RetryAction.FAIL, reason="A person must change something"
        ),
        RetryRule(
            exception="abm.errors.HeldError", action=RetryAction.FAIL, reason="A check or guard stopped this step"
        ),
        RetryRule(
            exception="abm.errors.RefusedError", action=RetryAction.FAIL, reason="The platform refuses this input"
        ),
        RetryRule(
            exception="abm.errors.ContractError", action=RetryAction.FAIL, reason="The platform broke its contract"
        ),
        RetryRule(
            exception="abm.errors.RetryableError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=5),
            reason="A passing fault, or another process at work",
        ),
    ],
)

DEFAULT_ARGS = {
    "owner": "abm",
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_policy": BY_KIND_OF_ERROR,
    "on_failure_callback": NameFailingStep(),
}
