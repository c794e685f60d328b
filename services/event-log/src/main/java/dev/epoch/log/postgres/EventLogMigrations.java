package dev.epoch.log.postgres;

import java.util.List;

/** The tables of the event log and the stores beside it. */
public final class EventLogMigrations {
  public static final Migrations ALL =
      new Migrations(
          "event-log",
          EventLogMigrations.class,
          List.of(
              "001-events.sql",
              "002-chunks.sql",
              "003-snapshots.sql",
              "004-record-digests.sql",
              "005-snapshot-parts.sql",
              "006-owners.sql",
              "007-principals.sql"));

  private EventLogMigrations() {}
}
