package dev.epoch.projections.statuses;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;

/** A row of the read model; {@link StatusesProjector} writes it. */
@Entity
@Immutable
@Table(schema = "epoch_read", name = "commit_statuses")
class StoredStatus {
  @Id private long position;
  private String repository;
  private Statuses.Status status;
}
