package dev.epoch.model.commit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.epoch.events.Digest;

/**
 * The SHA-256 that names a commit, as 64 lower-case hexadecimal digits.
 *
 * @param hex the digits
 */
public record CommitId(@JsonValue String hex) implements Comparable<CommitId> {
  private static final int ABBREVIATION = 7;

  @JsonCreator
  public CommitId {
    if (!Digest.isDigest(hex)) {
      throw new IllegalArgumentException("not a commit id: " + hex);
    }
  }

  public static CommitId of(Digest digest) {
    return new CommitId(digest.hex());
  }

  /** The first seven digits, for people to read. */
  public String abbreviated() {
    return hex.substring(0, ABBREVIATION);
  }

  @Override
  public int compareTo(CommitId other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
