"""Giving back the jobs of workers that died.

procrastinate leaves them in "doing" for ever: a worker's row is pruned when another starts, which orphans its jobs. So every
job in "doing" without a living worker is put back, whatever became of the worker's row.
"""

from __future__ import annotations

import logging

from django.db import connection, transaction

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
DEAD_AFTER_SECONDS = 15.0
# A job that has taken its worker down this often is the cause and not the victim.
DEATHS_ALLOWED = 10

STALLED = """
SELECT job.id, job.task_name, job.attempts
  FROM procrastinate_jobs job
  LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
 WHERE job.status = 'doing'
   AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
   FOR UPDATE OF job SKIP LOCKED
"""


def sweep() -> int:
    """Put the jobs of dead workers back into the queue; give up on one that killed too many. Returns how many came back."""
    returned = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STALLED, [DEAD_AFTER_SECONDS])
        for job_id, name, attempts in cursor.fetchall():
            if attempts + 1 >= DEATHS_ALLOWED:
                logger.error("Job %s (%s) ended %s workers and is given up.", job_id, name, attempts + 1)
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
                continue
            logger.warning("Job %s (%s) was left by a dead worker and runs again.", job_id, name)
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job_id])
            returned += 1
    return returned
