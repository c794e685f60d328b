package dev.epoch.cli.command.record;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Files of records: what their names say of them, and how they are written. */
final class RecordFiles {
  private static final Map<String, String> FORMATS =
      Map.of(
          "csv", "csv",
          "json", "json",
          "ndjson", "ndjson",
          "jsonl", "ndjson",
          "parquet", "parquet");

  private RecordFiles() {}

  /** The format that the ending of a name, or the ending alone, stands for; null for others. */
  static String format(String name) {
    return FORMATS.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /**
   * Writes a file that is there when all of it is; until then, and if it breaks off, what had its
   * name stays.
   */
  static void write(Path file, Consumer<OutputStream> content) {
    Path whole = file.toAbsolutePath().normalize();
    if (!Files.isDirectory(whole.getParent())) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "there is no folder for '" + whole.getFileName() + "': " + whole.getParent(),
          "make it before");
    }
    try {
      Path part = whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID());
      try {
        try (OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(part, StandardOpenOption.CREATE_NEW))) {
          content.accept(out);
        }
        Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException refused) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot write " + file + ": " + refused.getMessage(),
          "name another file, or make room");
    }
  }
}
