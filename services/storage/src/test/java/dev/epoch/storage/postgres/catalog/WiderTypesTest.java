package dev.epoch.storage.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

class WiderTypesTest {
  private static final List<String> TYPES =
      List.of(
          "smallint",
          "integer",
          "bigint",
          "text",
          "character varying",
          "character varying(5)",
          "character varying(9)",
          "numeric",
          "numeric(5,2)",
          "numeric(7,2)",
          "numeric(7,4)",
          "numeric(3,-2)",
          "integer[]",
          "date",
          "text[]");

  @Test
  void theServerSaysWhatTheDatabaseSays() {
    try (TestDatabase database = StoragePostgres.databaseWithSchema()) {
      for (String from : TYPES) {
        for (String to : TYPES) {
          assertThat(WiderTypes.keepsValues(from, to))
              .as(from + " to " + to)
              .isEqualTo(
                  database
                      .value("SELECT epoch.keeps_values('%s', '%s')::text".formatted(from, to))
                      .equals("true"));
        }
      }
    }
  }
}
