package dev.epoch.engine.state;

import java.time.Instant;

/**
 * What a repository is.
 *
 * @param name of the repository
 * @param exists false before its creation and after its deletion
 * @param description for people
 * @param createdAt when, null if it does not exist
 * @param defaultBranchId id of the branch whose rows are the live tables, null if it does not exist
 */
public record Profile(
    String name, boolean exists, String description, Instant createdAt, String defaultBranchId) {
  static Profile absent(String name) {
    return new Profile(name, false, "", null, null);
  }
}
