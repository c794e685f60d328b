package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Objects;

/**
 * A transport seen from one repository: every call names it.
 *
 * @param repository null to let the server choose
 */
record Scope(Transport transport, String repository) {

  Scope {
    Objects.requireNonNull(transport, "transport");
  }

  Call get(String... path) {
    return Call.get(path).query("repository", repository);
  }

  Call post(String... path) {
    return Call.post(path).query("repository", repository);
  }

  Call patch(String... path) {
    return Call.patch(path).query("repository", repository);
  }

  Call delete(String... path) {
    return Call.delete(path).query("repository", repository);
  }

  JsonNode send(Call call) {
    return transport.send(call).body();
  }
}
