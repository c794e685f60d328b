package dev.epoch.storage.postgres.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.epoch.events.table.DataType;
import dev.epoch.model.value.Values;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.catalog.Introspector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of the table of {@code docs/values.md}, on a real server. */
class ValuesPageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "values.md");
  private static final PostgresValueCodec CODEC = new PostgresValueCodec();

  private static final Map<String, DataType> TYPES = new HashMap<>();
  private static PostgresTest postgres;

  /** Type, text, canonical text, JSON. */
  static List<Arguments> lines() throws IOException {
    List<Arguments> lines = cells().map(cells -> arguments((Object[]) cells)).toList();
    assertThat(lines).hasSizeGreaterThan(40);
    return lines;
  }

  private static Stream<String[]> cells() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(2, line.length() - 2).split(" \\| "))
        .map(cells -> Arrays.stream(cells).map(ValuesPageTest::code).toArray(String[]::new));
  }

  /** What stands between the ticks; the spaces at the end of a {@code character(5)} too. */
  private static String code(String cell) {
    return cell.substring(cell.indexOf('`') + 1, cell.lastIndexOf('`'));
  }

  @BeforeAll
  static void start() throws IOException {
    postgres = new PostgresTest();
    postgres.sql.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'very happy')",
        "CREATE TYPE pair AS (x integer, y numeric)",
        "CREATE DOMAIN whole AS integer");
    List<String> names = cells().map(cells -> cells[0]).distinct().toList();
    for (int i = 0; i < names.size(); i++) {
      String table = "t" + i;
      postgres.sql.execute(
          "CREATE TABLE " + table + " (id integer PRIMARY KEY, v " + names.get(i) + ")");
      TYPES.put(
          names.get(i),
          postgres.database.read(session ->
              Introspector.introspect(session, new TablePath("public", table), List.of())
                  .schema()
                  .column("v")
                  .orElseThrow()
                  .type()));
    }
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @MethodSource("lines")
  void isAsThePageSays(String type, String text, String canonical, String json) {
    DataType dataType = TYPES.get(type);
    String held = held(dataType.name(), text);

    assertThat(Values.canonical(dataType, text)).isEqualTo(canonical);
    assertThat(Values.canonical(dataType, held)).isEqualTo(canonical);
    assertThat(Values.canonical(dataType, canonical)).isEqualTo(canonical);
    assertThat(CODEC.toJson(dataType, held)).hasToString(json);
  }

  private static String held(String type, String text) {
    String select = "SELECT CAST(%s AS %s)::text".formatted(Quote.literal(text), type);
    return postgres.database.read(
        session -> session.first(select, row -> row.getString(0)).orElseThrow());
  }

  @Test
  void thereIsALineOfEachKind() {
    Set<DataType.Kind> kinds = EnumSet.noneOf(DataType.Kind.class);
    TYPES.values().forEach(type -> kinds.add(type.kind()));

    assertThat(kinds).isEqualTo(EnumSet.allOf(DataType.Kind.class));
  }
}
