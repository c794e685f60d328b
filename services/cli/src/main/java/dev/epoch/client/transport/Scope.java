package dev.epoch.client.transport;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Objects;

/**
 * A transport seen from one repository: every call names it.
 *
 * @param repository null to let the server choose
 */
public record Scope(Transport transport, String repository) {

  public Scope {
    Objects.requireNonNull(transport, "transport");
  }

  public Call get(String... path) {
    return Call.get(path).query("repository", repository);
  }

  public Call post(String... path) {
    return Call.post(path).query("repository", repository);
  }

  public Call patch(String... path) {
    return Call.patch(path).query("repository", repository);
  }

  public Call delete(String... path) {
    return Call.delete(path).query("repository", repository);
  }

  public JsonNode send(Call call) {
    return transport.send(call).body();
  }
}
