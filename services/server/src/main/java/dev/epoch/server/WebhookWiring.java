package dev.epoch.server;

import dev.epoch.engine.state.BranchState;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.EventLog;
import dev.epoch.log.postgres.Migrations;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.server.http.HttpRoutes;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.subscriptions.EventSubscriptions;
import dev.epoch.subscriptions.SubscriptionMigrations;
import dev.epoch.webhooks.WebhookMigrations;
import dev.epoch.webhooks.Webhooks;
import dev.epoch.webhooks.hook.Hooks;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts webhooks together, starts and stops them. */
@Singleton
public class WebhookWiring {

  @Produces
  @Singleton
  Migrations webhookMigrations() {
    return WebhookMigrations.ALL;
  }

  @Produces
  @Singleton
  Migrations subscriptionMigrations() {
    return SubscriptionMigrations.ALL;
  }

  @Produces
  @Singleton
  EventSubscriptions subscriptions(AdministrativeModels models) {
    return new EventSubscriptions(models);
  }

  @Produces
  @Singleton
  Hooks hooks(
      Vertx vertx,
      AdministrativeModels models,
      VersioningServer server,
      SecretBox secrets,
      Webhooks.Settings settings) {
    Hooks hooks = new Hooks(vertx, models, secrets, Clock.systemUTC(), settings);
    server.hooks().use(hooks);
    return hooks;
  }

  @Produces
  @Singleton
  Webhooks webhooks(
      Vertx vertx,
      AdministrativeModels models,
      MetadataDatabase database,
      EventLog log,
      VersioningServer server,
      SecretBox secrets,
      Webhooks.Settings settings) {
    return new Webhooks(
        new Webhooks.Parts(
            vertx,
            models,
            database.pool(),
            database.connectOptions(),
            log,
            (repository, branchId) -> branchName(server, repository, branchId),
            secrets,
            Clock.systemUTC()),
        settings);
  }

  @Produces
  @Singleton
  Webhooks.Settings webhookSettings(
      @ConfigProperty(name = "epoch.webhooks.allow") Optional<List<String>> receivers,
      @ConfigProperty(name = "epoch.webhooks.timeout") Duration timeout,
      @ConfigProperty(name = "epoch.webhooks.keep") Duration keep,
      @ConfigProperty(name = "epoch.webhooks.retries") List<Duration> pauses,
      @ConfigProperty(name = "epoch.public-url") Optional<String> publicUrl,
      @ConfigProperty(name = "epoch.api.prefix") String apiPrefix) {
    try {
      return new Webhooks.Settings(
          publicUrl.map(HttpRoutes::withoutSlash).orElse("") + HttpRoutes.withoutSlash(apiPrefix),
          AddressRules.of(false, receivers.orElse(List.of())),
          timeout,
          keep,
          pauses);
    } catch (IllegalArgumentException wrong) {
      throw new StartRefusedException(
          "EPOCH_WEBHOOKS_ALLOW holds " + wrong.getMessage() + "; see docs/webhooks.md");
    }
  }

  private static Optional<String> branchName(
      VersioningServer server, String repository, String branchId) {
    try {
      return Optional.ofNullable(
              server.repositories().get(repository).state().branches().byId().get(branchId))
          .map(BranchState::name);
    } catch (RefusedException deletedSince) {
      return Optional.empty();
    }
  }

  void start(
      @Observes ServerStarted event, AdministrativeModels models, Webhooks webhooks, Hooks hooks) {
    models.prepare();
    webhooks.start();
  }

  /** Before the pool. */
  void stop(
      @Observes @Priority(Interceptor.Priority.APPLICATION - 1) ShutdownEvent event,
      Webhooks webhooks,
      Hooks hooks) {
    webhooks.close();
    hooks.close();
  }
}
