package dev.epoch.projections;

import dev.epoch.log.postgres.Migrations;
import java.util.List;

/** The table of checkpoints; projectors make their own tables. */
public final class ProjectionMigrations {
  public static final Migrations ALL =
      new Migrations(
          "projections",
          ProjectionMigrations.class,
          List.of(
              "001-checkpoints.sql",
              "002-stops.sql",
              "003-read-models.sql",
              "004-all-follow.sql",
              "005-conflicts.sql",
              "006-tables.sql",
              "007-replays.sql"));

  private ProjectionMigrations() {}
}
