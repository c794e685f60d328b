package dev.epoch.subscriptions;

import dev.epoch.log.postgres.Migrations;
import java.util.List;

/** The table of subscriptions. */
public final class SubscriptionMigrations {
  public static final Migrations ALL =
      new Migrations(
          "subscriptions", SubscriptionMigrations.class, List.of("001-subscriptions.sql"));

  private SubscriptionMigrations() {}
}
