package dev.epoch.storage.postgres.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuoteTest {
  private static TestDatabase database;

  @BeforeAll
  static void start() {
    database = StoragePostgres.database();
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "Mixed Case",
        "select",
        "it's",
        "a\"b",
        "\"",
        "'; DROP TABLE x; --",
        "back\\slash",
        "\\'; SELECT 1; --",
        "naïve 数据 🐘",
        "$1",
        "$$x$$",
        "dot.ted",
        " ",
        "?",
        ":name",
        "line\nbreak",
        "123456789012345678901234567890123456789012345678901234567890123"
      })
  void namesAndLiteralsReadBackAsTheyWere(String text) {
    for (String conforming : List.of("on", "off")) {
      // when
      List<List<String>> rows =
          read(
              "SET standard_conforming_strings = " + conforming,
              "SELECT x."
                  + Quote.identifier(text)
                  + ", attname FROM (SELECT 1 AS "
                  + Quote.identifier(text)
                  + ") x, (SELECT "
                  + Quote.literal(text)
                  + " AS attname) y");

      // then
      assertThat(rows).containsExactly(List.of("1", text));
    }
  }

  private static List<List<String>> read(String setting, String sql) {
    try (var connection = database.connect();
        var statement = connection.createStatement()) {
      statement.execute(setting);
      try (var result = statement.executeQuery(sql)) {
        result.next();
        return List.of(List.of(result.getString(1), result.getString(2)));
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void refusesWhatPostgresqlWouldCutOrCannotHold() {
    assertThatIllegalArgumentException().isThrownBy(() -> Quote.identifier(""));
    assertThatIllegalArgumentException().isThrownBy(() -> Quote.identifier("a\0b"));
    assertThatIllegalArgumentException().isThrownBy(() -> Quote.identifier("é".repeat(32)));
    assertThatIllegalArgumentException().isThrownBy(() -> Quote.literal("a\0b"));
    assertThat(Quote.identifier("é".repeat(31))).hasSize(33);
    assertThat(Quote.literal(null)).isEqualTo("NULL");
  }
}
