package dev.epoch.engine.state;

import dev.epoch.events.BranchProtection;
import dev.epoch.events.BranchingSettings;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.LiveCommits;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.CheckAddedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.model.access.AccessPolicy;
import java.time.Instant;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

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
 * @param branching what branches are for
 * @param protections how branches are protected, by patterns of their names
 * @param checks by name: queries that decide about commits and merges
 * @param access who may do what
 */
public record Profile(
    String name,
    boolean exists,
    String description,
    Instant createdAt,
    String defaultBranchId,
    String liveChanges,
    LiveCommits liveCommits,
    ConflictSettings conflict,
    BranchingSettings branching,
    PMap<String, BranchProtection> protections,
    PMap<String, CheckState> checks,
    AccessPolicy access) {

  /** What merges do with uncommitted live changes in a new repository. */
  private static final String COMMIT = "commit";

  static Profile absent(String name) {
    return new Profile(
        name,
        false,
        "",
        null,
        null,
        COMMIT,
        LiveCommits.OFF,
        ConflictSettings.NONE,
        BranchingSettings.NONE,
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        AccessPolicy.OPEN);
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
        ConflictSettings.NONE,
        BranchingSettings.NONE,
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        AccessPolicy.OPEN);
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
        settings.conflict() == null ? conflict : settings.conflict(),
        settings.branching() == null ? branching : settings.branching(),
        protections,
        checks,
        access);
  }

  Profile with(BranchProtectedV1 event) {
    return with(
        event.protection() == null
            ? protections.minus(event.pattern())
            : protections.plus(event.pattern(), event.protection()),
        checks,
        access);
  }

  Profile withCheck(CheckAddedV1 event, Occurrence at) {
    return with(protections, checks.plus(event.name(), CheckState.added(event, at)), access);
  }

  Profile withoutCheck(String check) {
    return with(protections, checks.minus(check), access);
  }

  Profile with(AccessPolicy newAccess) {
    return with(protections, checks, newAccess);
  }

  private Profile with(
      PMap<String, BranchProtection> newProtections,
      PMap<String, CheckState> newChecks,
      AccessPolicy newAccess) {
    return new Profile(
        name,
        exists,
        description,
        createdAt,
        defaultBranchId,
        liveChanges,
        liveCommits,
        conflict,
        branching,
        newProtections,
        newChecks,
        newAccess);
  }
}
