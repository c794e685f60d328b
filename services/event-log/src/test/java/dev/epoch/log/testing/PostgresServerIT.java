package dev.epoch.log.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The server of the tests is as durable as a real one. */
class PostgresServerIT {

  @Test
  void writesAreFlushed() {
    try (PostgresClients clients = PostgresClients.open(List.of())) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        assertThat(
                clients.number(
                    "SELECT (current_setting('%s') = 'on')::integer::bigint".formatted(setting)))
            .as(setting)
            .isEqualTo(1);
      }
    }
  }
}
