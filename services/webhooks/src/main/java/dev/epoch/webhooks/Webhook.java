package dev.epoch.webhooks;

import dev.epoch.webhooks.message.Message;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A subscription: where events of a repository are sent.
 *
 * @param events wire names; empty for all
 * @param branches patterns; empty for all
 * @param tables patterns; empty for all
 * @param description for people, or null
 * @param active whether anything is sent
 * @param disabledReason why the server stopped sending, or null
 * @param failingSince first attempt that failed since the last one that worked, or null
 * @param oldSecretUntil until when what is sent is signed with the former secret too, or null
 * @param createdBy id of the actor
 */
@Embeddable
public record Webhook(
    @Column(insertable = false, updatable = false) String id,
    @Column(updatable = false) String repository,
    String url,
    List<String> events,
    List<String> branches,
    List<String> tables,
    String description,
    boolean active,
    String disabledReason,
    Instant failingSince,
    Instant oldSecretUntil,
    @Column(updatable = false) Instant createdAt,
    @Column(updatable = false) String createdBy) {
  public Webhook {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(url, "url");
    events = List.copyOf(events);
    branches = List.copyOf(branches);
    tables = List.copyOf(tables);
  }

  /** What it becomes; one that is made active begins anew. */
  Webhook changed(Webhooks.Wanted wanted) {
    return new Webhook(
        id,
        repository,
        wanted.url(),
        wanted.events(),
        wanted.branches(),
        wanted.tables(),
        wanted.description(),
        wanted.active(),
        wanted.active() ? null : disabledReason,
        wanted.active() && !active ? null : failingSince,
        oldSecretUntil,
        createdAt,
        createdBy);
  }

  /** Whether it wants to be told of the event. */
  boolean wants(Message message) {
    return (events.isEmpty() || events.contains(message.type()))
        && NamePatterns.anyMatches(branches, message.branches())
        && NamePatterns.anyMatches(tables, message.tables());
  }
}
