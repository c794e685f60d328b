package dev.epoch.webhooks.message;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * What is sent of an event.
 *
 * @param id of the event: the same in every attempt, to every receiver
 * @param position of the event in the log; null for a test
 * @param type wire name
 * @param branch name of the branch it is about; empty for none. Messages of a branch stay in order
 * @param tables names of the tables it is about
 * @param payload JSON, as it is signed
 */
public record Message(
    UUID id,
    String repository,
    Long position,
    String type,
    String branch,
    Set<String> tables,
    String payload,
    Instant time) {
  public Message {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(branch, "branch");
    tables = Set.copyOf(tables);
    Objects.requireNonNull(payload, "payload");
  }

  public List<String> branches() {
    return branch.isEmpty() ? List.of() : List.of(branch);
  }
}
