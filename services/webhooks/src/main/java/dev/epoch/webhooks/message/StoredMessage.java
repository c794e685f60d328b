package dev.epoch.webhooks.message;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/** A row of the table of messages, for those who look at deliveries. */
@Entity
@Immutable
@Table(schema = "epoch", name = "webhook_messages")
public class StoredMessage {
  @Id private UUID id;
  private Long position;
  private String type;
  private String payload;
}
