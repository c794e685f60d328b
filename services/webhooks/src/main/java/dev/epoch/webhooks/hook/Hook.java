package dev.epoch.webhooks.hook;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embeddable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Who is asked before a change is made, and may forbid it.
 *
 * @param event pre-commit, pre-merge, pre-promotion, pre-branch-delete
 * @param branches patterns of the branches that change; empty for all
 * @param timeout until the whole answer is there
 * @param failOpen whether the change goes on where nobody answers
 * @param active whether it is asked
 * @param createdBy id of the actor
 */
@Embeddable
public record Hook(
    @Column(insertable = false, updatable = false) String repository,
    @Column(insertable = false, updatable = false) String name,
    @Column(updatable = false) String event,
    String url,
    List<String> branches,
    @Column(name = "timeout_ms") @Convert(converter = Milliseconds.class) Duration timeout,
    boolean failOpen,
    boolean active,
    @Column(updatable = false) Instant createdAt,
    @Column(updatable = false) String createdBy) {
  public Hook {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(name, "name");
    branches = List.copyOf(branches);
  }

  static final class Milliseconds implements AttributeConverter<Duration, Integer> {
    @Override
    public Integer convertToDatabaseColumn(Duration duration) {
      return duration == null ? null : (int) duration.toMillis();
    }

    @Override
    public Duration convertToEntityAttribute(Integer milliseconds) {
      return milliseconds == null ? null : Duration.ofMillis(milliseconds);
    }
  }
}
