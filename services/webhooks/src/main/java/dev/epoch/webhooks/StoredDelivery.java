package dev.epoch.webhooks;

import dev.epoch.webhooks.Delivery.Attempt;
import dev.epoch.webhooks.Delivery.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;

/**
 * A row of the table of deliveries, for those who look at them; {@link StoredDeliveries} writes.
 */
@Entity
@Immutable
@Table(schema = "epoch", name = "webhook_deliveries")
class StoredDelivery {
  @Id private long id;
  private String webhook;
  private UUID message;
  private String branch;

  @Convert(converter = Names.class)
  private State state;

  private int attempt;
  private Integer responseStatus;
  private Integer latencyMs;
  private String error;
  private Instant nextAttemptAt;

  @Convert(converter = Entries.class)
  @ColumnTransformer(read = "attempts::text")
  private List<Attempt> attempts;

  private Instant createdAt;

  static final class Names implements AttributeConverter<State, String> {
    @Override
    public String convertToDatabaseColumn(State state) {
      return state == null ? null : state.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public State convertToEntityAttribute(String name) {
      return name == null ? null : State.valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /** Attempts as JSON. */
  static final class Entries implements AttributeConverter<List<Attempt>, String> {
    @Override
    public String convertToDatabaseColumn(List<Attempt> attempts) {
      JsonArray entries = new JsonArray();
      for (Attempt attempt : attempts) {
        entries.add(
            new JsonObject()
                .put("at", attempt.at().toString())
                .put("status", attempt.status())
                .put("latency_ms", attempt.latencyMs())
                .put("error", attempt.error()));
      }
      return entries.encode();
    }

    @Override
    public List<Attempt> convertToEntityAttribute(String text) {
      return new JsonArray(text)
          .stream()
              .map(JsonObject.class::cast)
              .map(entry ->
                  new Attempt(
                      Instant.parse(entry.getString("at")),
                      entry.getInteger("status"),
                      entry.getInteger("latency_ms"),
                      entry.getString("error")))
              .toList();
    }
  }
}
