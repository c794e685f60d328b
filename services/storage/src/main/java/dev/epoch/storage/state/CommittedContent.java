package dev.epoch.storage.state;

import dev.epoch.events.Digest;
import java.util.Objects;

/**
 * What a commit says that a table holds.
 *
 * @param rows how many
 * @param hash of them
 */
public record CommittedContent(long rows, Digest hash) {
  public CommittedContent {
    Objects.requireNonNull(hash, "hash");
  }
}
