package dev.epoch.api.repository;

import dev.epoch.api.merge.ConflictRules;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.LiveCommits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A repository. */
@Schema(name = "Repository")
public record RepositoryView(
    String name,
    @Schema(description = "That no other repository has had, also one of the same name") UUID id,
    String defaultBranch,
    String description,
    Instant createdAt,
    @Schema(description = "Where the server keeps metadata, without credentials")
        String metadataUrl,
    @Schema(description = "What merges do with uncommitted live changes: commit, refuse")
        String liveChanges,
    LiveCommits liveCommits,
    @Schema(description = "What settles conflicts of merges") ConflictRules conflict,
    Branching branching) {

  public static RepositoryView of(RepositoryState state, String metadataUrl) {
    return new RepositoryView(
        state.name(),
        id(state),
        state.defaultBranch().name(),
        state.profile().description(),
        state.profile().createdAt(),
        metadataUrl,
        state.profile().liveChanges(),
        state.profile().liveCommits(),
        ConflictRules.of(state.profile().conflict()),
        Branching.of(state.profile().branching()));
  }

  /** Of its name and the moment it was made at. */
  private static UUID id(RepositoryState state) {
    String made = state.name() + "\n" + state.profile().createdAt();
    return UUID.nameUUIDFromBytes(made.getBytes(StandardCharsets.UTF_8));
  }

  /** All repositories. */
  @Schema(name = "Repositories")
  public record Listing(List<RepositoryView> repositories) {}
}
