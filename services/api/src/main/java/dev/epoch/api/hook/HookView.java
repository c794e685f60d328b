package dev.epoch.api.hook;

import dev.epoch.webhooks.hook.Hook;
import dev.epoch.webhooks.hook.Hooks;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A hook. */
@Schema(name = "Hook")
public record HookView(
    String name,
    String event,
    String url,
    List<String> branches,
    String timeout,
    String onFailure,
    boolean active,
    Instant createdAt,
    String createdBy) {

  static HookView of(Hook hook) {
    return new HookView(
        hook.name(),
        hook.event(),
        hook.url(),
        hook.branches(),
        text(hook.timeout()),
        hook.failOpen() ? "open" : "closed",
        hook.active(),
        hook.createdAt(),
        hook.createdBy());
  }

  private static String text(Duration timeout) {
    return BigDecimal.valueOf(timeout.toMillis(), 3).stripTrailingZeros().toPlainString() + "s";
  }

  /** In the order in which they are asked. */
  @Schema(name = "Hooks")
  public record Listing(List<HookView> hooks) {}

  /** A hook with its secret. */
  @Schema(name = "HookWithSecret")
  public record WithSecret(
      String name,
      String event,
      String url,
      List<String> branches,
      String timeout,
      String onFailure,
      boolean active,
      Instant createdAt,
      String createdBy,
      @Schema(description = "Verifies signatures, as Standard Webhooks says; not shown again")
          String secret) {

    static WithSecret of(Hooks.WithSecret made) {
      HookView hook = HookView.of(made.hook());
      return new WithSecret(
          hook.name(),
          hook.event(),
          hook.url(),
          hook.branches(),
          hook.timeout(),
          hook.onFailure(),
          hook.active(),
          hook.createdAt(),
          hook.createdBy(),
          made.secret());
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "WithSecret[" + name + "]";
    }
  }

  /** What a hook said to a test. */
  @Schema(name = "HookTest")
  public record Test(
      @Schema(description = "Null if it could not be asked") Boolean allow,
      @Schema(description = "What it says to the user, or why it could not be asked")
          String message,
      @Schema(description = "Of its answer; null without one") Integer status,
      int latencyMs) {

    static Test of(Hooks.Said said) {
      return new Test(said.allow().orElse(null), said.message(), said.status(), said.latencyMs());
    }
  }
}
