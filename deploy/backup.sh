#!/bin/sh
# A compressed dump of the database beside the others, the newest 30 kept. Run daily; try a restore every 180 days.
# Needs DATABASE_URL and BACKUP_FOLDER. The field keys are not in it: keep those elsewhere, or the dump cannot be read.
set -eu
mkdir -p "$BACKUP_FOLDER"
umask 077
name="$BACKUP_FOLDER/muster-$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --format=custom --no-owner --file="$name.part" "$DATABASE_URL"
mv "$name.part" "$name"
# The newest seals of the trail, kept where the owner of the database need not write: `muster verify-trail --heads` reads them.
if [ -d "${MUSTER_VAR:-/var/lib/muster}/heads" ]; then
  for ledger in "${MUSTER_VAR:-/var/lib/muster}"/heads/*.jsonl; do
    tail -n 1 "$ledger" >> "$BACKUP_FOLDER/heads.jsonl"
  done
fi
ls -1t "$BACKUP_FOLDER"/muster-*.dump | tail -n +31 | xargs -r rm --
