package dev.epoch.log;

import java.util.Objects;
import java.util.UUID;

/**
 * A process among those that share a log.
 *
 * @param id of this process alone: one that starts again has another
 * @param address at which the others reach it, as it says; may be empty
 */
public record Member(UUID id, String address) {
  public Member {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(address, "address");
  }

  public static Member at(String address) {
    return new Member(UUID.randomUUID(), address);
  }
}
