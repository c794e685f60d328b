package dev.epoch.webhooks;

import dev.epoch.log.postgres.Migrations;
import java.util.List;

/** The tables of webhooks. */
public final class WebhookMigrations {
  public static final Migrations ALL =
      new Migrations(
          "webhooks",
          WebhookMigrations.class,
          List.of("001-webhooks.sql", "002-hooks.sql", "003-version.sql", "004-queues.sql"));

  private WebhookMigrations() {}
}
