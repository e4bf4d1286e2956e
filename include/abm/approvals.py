"""What a person was asked and has not answered yet, kept where alerts can see it; the question itself is Airflow's."""

from __future__ import annotations

from abm.warehouse import connect


def note_asked(url: str, key: str, subject: str, summary: str) -> None:
    """Note that somebody has to decide on a release or a run; asking again opens the question again."""
    with connect(url) as connection:
        connection.execute(
            "insert into ops.approvals as known (key, subject, summary) values (%s, %s, %s)"
            " on conflict (key) do update set subject = excluded.subject, summary = excluded.summary, asked_at = now(),"
            " answered_at = null, answer = null",
            [key, subject, summary],
        )


def note_answered(url: str, key: str, answer: str) -> None:
    with connect(url) as connection:
        connection.execute("update ops.approvals set answered_at = now(), answer = %s where key = %s", [answer, key])
