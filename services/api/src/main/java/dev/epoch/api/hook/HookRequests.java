package dev.epoch.api.hook;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Bodies of requests about hooks. */
final class HookRequests {
  private HookRequests() {}

  /** Body of {@code POST /hooks}. */
  @Schema(name = "AddHook")
  public record Add(
      @NotNull @Schema(examples = "four-eyes") String name,
      @NotNull
          @Schema(
              description = "pre-commit, pre-merge, pre-promotion or pre-branch-delete",
              examples = "pre-merge")
          String event,
      @NotNull @Schema(examples = "https://ci.example.org/epoch") String url,
      @Schema(
              description = "Patterns of names of the branches that change; all if left out",
              examples = "[\"main\", \"release/*\"]")
          List<@NotNull String> branches,
      @Schema(description = "Until the answer is there, at most 30s", defaultValue = "3s")
          String timeout,
      @Pattern(regexp = "closed|open", message = "Should be closed or open")
          @Schema(
              description = "Where nobody answers: closed forbids the change, open allows it",
              defaultValue = "closed")
          String onFailure,
      @Schema(description = "Whether it is asked", defaultValue = "true") Boolean active) {}

  /** Body of {@code PATCH /hooks/{name}}: what is left out stays. */
  @Schema(name = "ChangeHook")
  public record Change(
      String url,
      List<@NotNull String> branches,
      String timeout,
      @Pattern(regexp = "closed|open", message = "Should be closed or open") String onFailure,
      Boolean active) {}
}
