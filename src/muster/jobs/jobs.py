from django.db import connection

from muster.jobs import sweeper
from muster.jobs.queue import periodic

FINISHED_KEPT_HOURS = 72


@periodic("jobs.sweep_stalled", "* * * * * */10")
def sweep_stalled() -> None:
    """Every ten seconds. Without a lock: a sweeper that died holding one would keep all others away."""
    sweeper.sweep()


@periodic("jobs.forget_finished", "17 3 * * *")
def forget_finished() -> None:
    """Jobs that ended well three days ago are of no use to anyone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs job WHERE status = 'succeeded' AND NOT EXISTS ("
            " SELECT 1 FROM procrastinate_events event WHERE event.job_id = job.id"
            " AND event.at > now() - make_interval(hours => %s))",
            [FINISHED_KEPT_HOURS],
        )
