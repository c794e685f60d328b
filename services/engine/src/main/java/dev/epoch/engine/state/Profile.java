package dev.epoch.engine.state;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.LiveCommits;
import dev.epoch.events.event.RepositoryUpdatedV1;
import java.time.Instant;

/**
 * What a repository is.
 *
 * @param name of the repository
 * @param exists false before its creation and after its deletion
 * @param description for people
 * @param createdAt when, null if it does not exist
 * @param defaultBranchId id of the branch whose rows are the live tables, null if it does not exist
 * @param liveChanges what merges do with uncommitted live changes unless they say it: {@code
 *     commit} or {@code refuse}
 * @param liveCommits when live changes are committed by themselves
 * @param conflict what settles conflicts of merges
 */
public record Profile(
    String name,
    boolean exists,
    String description,
    Instant createdAt,
    String defaultBranchId,
    String liveChanges,
    LiveCommits liveCommits,
    ConflictSettings conflict) {

  /** What merges do with uncommitted live changes in a new repository. */
  private static final String COMMIT = "commit";

  static Profile absent(String name) {
    return new Profile(name, false, "", null, null, COMMIT, LiveCommits.OFF, ConflictSettings.NONE);
  }

  static Profile created(
      String name, String description, Instant createdAt, String defaultBranchId) {
    return new Profile(
        name,
        true,
        description,
        createdAt,
        defaultBranchId,
        COMMIT,
        LiveCommits.OFF,
        ConflictSettings.NONE);
  }

  Profile with(RepositoryUpdatedV1 settings) {
    return new Profile(
        name,
        exists,
        settings.description() == null ? description : settings.description(),
        createdAt,
        defaultBranchId,
        settings.liveChanges() == null ? liveChanges : settings.liveChanges(),
        settings.liveCommits() == null ? liveCommits : settings.liveCommits(),
        settings.conflict() == null ? conflict : settings.conflict());
  }
}
