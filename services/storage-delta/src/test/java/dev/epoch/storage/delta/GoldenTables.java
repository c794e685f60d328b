package dev.epoch.storage.delta;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The Delta project's golden tables, which stand beside the repository in {@code
 * shared/data/delta-golden}, and what is known of them.
 */
final class GoldenTables {
  private static final String FOLDER = "shared/data/delta-golden";

  private GoldenTables() {}

  /**
   * What a table is to be.
   *
   * @param name its folder
   * @param version the newest
   * @param rows how many there are
   * @param digest of the canonical texts of the rows
   * @param refusal part of the message with which it is refused; then there is nothing else
   */
  record Expected(String name, long version, long rows, String digest, String refusal) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The folder with the tables; the test is skipped where it is not. */
  static Path folder() {
    for (Path each = Path.of("").toAbsolutePath(); each != null; each = each.getParent()) {
      if (Files.isDirectory(each.resolve(FOLDER))) {
        return each.resolve(FOLDER);
      }
    }
    return Assumptions.abort("No golden tables: no %s in a folder above".formatted(FOLDER));
  }

  /** What {@code golden.tsv} tells. */
  static List<Expected> all() {
    try (var bytes = GoldenTables.class.getResourceAsStream("/golden.tsv")) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(GoldenTables::expected)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Expected expected(String line) {
    String[] parts = line.split("\t");
    return parts[1].equals("!")
        ? new Expected(parts[0], 0, 0, null, parts[2])
        : new Expected(
            parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3], null);
  }
}
