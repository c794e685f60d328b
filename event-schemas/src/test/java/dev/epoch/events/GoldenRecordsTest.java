package dev.epoch.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Records as logs hold them. A file here never changes; a new version brings new files. */
class GoldenRecordsTest {
  private static final ObjectMapper JSON = RecordCodec.json();
  private static final RecordCodec CODEC = new RecordCodec();
  private static final Pattern NAME = Pattern.compile("([a-z-]+)\\.v(\\d+)(\\.[a-z]+)?\\.json");

  /**
   * A record as it was written once.
   *
   * @param name of the file
   * @param wireName of the record
   * @param version of its schema
   * @param data as it was written, but for the white space
   */
  record Golden(String name, String wireName, int version, JsonNode data) {
    static Golden of(Path file) {
      Matcher matcher = NAME.matcher(file.getFileName().toString());
      assertThat(matcher.matches()).as(file.toString()).isTrue();
      try {
        return new Golden(
            file.getFileName().toString(),
            matcher.group(1),
            Integer.parseInt(matcher.group(2)),
            JSON.readTree(file.toFile()));
      } catch (IOException e) {
        throw new AssertionError(file.toString(), e);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Golden> files() throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(GoldenRecordsTest.class.getResource("/golden")).toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().map(Golden::of).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void isReadStill(Golden golden) {
    Object read = CODEC.decode(golden.wireName(), golden.version(), golden.data().toString());

    RecordType type = RecordType.of(read);
    assertThat(type.wireName()).isEqualTo(golden.wireName());
    assertThat(type.version()).isGreaterThanOrEqualTo(golden.version());
  }

  @ParameterizedTest
  @MethodSource("files")
  void isWrittenAlikeInTheNewestVersion(Golden golden) throws IOException {
    Object read = CODEC.decode(golden.wireName(), golden.version(), golden.data().toString());
    String written = CODEC.encode(read);

    if (RecordType.of(read).version() == golden.version()) {
      assertThat(written).isEqualTo(JSON.writeValueAsString(golden.data()));
    }
    assertThat(CODEC.decode(golden.wireName(), RecordType.of(read).version(), written))
        .isEqualTo(read);
  }

  @ParameterizedTest
  @EnumSource(RecordType.class)
  void everyVersionHasAFile(RecordType type) throws Exception {
    assertThat(files())
        .anyMatch(golden ->
            golden.wireName().equals(type.wireName()) && golden.version() == type.version());
  }

  @Test
  void mapsAreWrittenInTheOrderOfTheirKeys() throws Exception {
    Golden facts =
        files().stream()
            .filter(golden -> golden.wireName().equals("merge-opened"))
            .findFirst()
            .get();
    Object read = CODEC.decode("merge-opened", 1, facts.data().toString());

    assertThat(CODEC.encode(read)).contains("\"conflicts\":{\"orders\":1,\"users\":2}");
  }
}
