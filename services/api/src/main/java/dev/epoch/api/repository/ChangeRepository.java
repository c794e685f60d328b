package dev.epoch.api.repository;

import dev.epoch.api.merge.ConflictRules;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code PATCH /repositories/{name}}; what is left out stays. */
@Schema(name = "ChangeRepository")
public record ChangeRepository(
    @Schema(description = "Text for people") String description,
    @Pattern(regexp = "commit|refuse", message = "Should be commit or refuse")
        @Schema(
            description =
                "What merges do with uncommitted live changes unless they say it: commit, refuse")
        String liveChanges,
    @Valid LiveCommits liveCommits,
    @Valid
        @Schema(
            description = "What settles conflicts of merges; it takes the place of all that was")
        ConflictRules conflict,
    @Valid @Schema(description = "It takes the place of all that was") Branching branching) {

  /** When live changes are committed by themselves. */
  @Schema(name = "ChangeLiveCommits")
  public record LiveCommits(
      @NotNull
          @Pattern(regexp = "off|interval|changes", message = "Should be off, interval or changes")
          @Schema(description = "off, interval or changes")
          String policy,
      @PositiveOrZero
          @Schema(description = "Minutes for interval, changed rows for changes, none for off")
          Long every) {}
}
