package dev.epoch.cli.command.schema;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Migrations as files. */
final class SchemaFiles {
  private SchemaFiles() {}

  /** All that the server sends. */
  static String read(Reader text) {
    try (text) {
      StringWriter all = new StringWriter();
      text.transferTo(all);
      return all.toString();
    } catch (IOException broken) {
      throw new CommandFailure(
          ExitCode.UNAVAILABLE, "the migration broke off: " + broken.getMessage(), "try again");
    }
  }

  /** A file or folder that was named and cannot be read. */
  static CommandFailure unreadable(Path path, IOException problem) {
    return problem instanceof NoSuchFileException
        ? CommandFailure.usage("there is no file " + path.normalize())
        : CommandFailure.usage("cannot read " + path.normalize() + ": " + problem.getMessage());
  }

  /** Writes a file; makes the folders that lead to it. */
  static void write(Path file, String text) {
    try {
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      Files.writeString(file, text);
    } catch (IOException refused) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "cannot write " + file + ": " + refused.getMessage(),
          "give another file");
    }
  }

  /**
   * How the server is asked for a migration in a file.
   *
   * @param format that the user has named
   * @param file null for standard output
   */
  static String form(String format, Path file) {
    String name = file == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.(ya?ml|json)")) {
      throw CommandFailure.usage("migrations are written as .sql, those of Liquibase as .xml, too");
    }
    boolean xml = name.endsWith(".xml");
    if (xml && !format.equals("liquibase")) {
      throw CommandFailure.usage("only --format liquibase writes .xml");
    }
    return xml ? "liquibase-xml" : format;
  }

  /** Flyway's undo of {@code V2__name.sql} is {@code U2__name.sql}; null for other names. */
  static Path undo(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("V") ? file.resolveSibling("U" + name.substring(1)) : null;
  }

  /** Name of the file without its ending: what Liquibase calls the change set. */
  static String id(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
