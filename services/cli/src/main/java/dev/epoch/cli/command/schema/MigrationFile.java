package dev.epoch.cli.command.schema;

import dev.epoch.cli.CommandFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * A migration of Flyway or Liquibase in a file.
 *
 * @param id version of Flyway, empty for a repeatable one; {@code author:id} of Liquibase
 * @param script name under which the tool notes it
 * @param checksum as Flyway has it; empty for Liquibase, whose checksums are of what it makes of
 *     the text
 */
record MigrationFile(String id, String description, String script, String sql, String checksum) {
  private static final Pattern FLYWAY =
      Pattern.compile("V(\\d+(?:[._]\\d+)*)__(.+)\\.sql|R__(.+)\\.sql");
  private static final Pattern CHANGE_SET =
      Pattern.compile("(?i)^\\s*--\\s*changeset\\s+(\\S+?):(\\S+).*$");
  private static final Pattern DIRECTIVE =
      Pattern.compile("(?i)^\\s*--\\s*(rollback|liquibase formatted sql|comment|precondition).*$");

  /** Versioned ones in the order of their versions, then repeatable ones. */
  static List<MigrationFile> flyway(Path folder) {
    List<MigrationFile> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted().toList()) {
        Matcher name = FLYWAY.matcher(file.getFileName().toString());
        if (name.matches()) {
          String version = name.group(1) == null ? "" : name.group(1).replace('_', '.');
          String words = (name.group(2) == null ? name.group(3) : name.group(2)).replace('_', ' ');
          String text = Files.readString(file);
          String script = folder.relativize(file).toString();
          found.add(new MigrationFile(version, words, script, text, flywayChecksum(text)));
        }
      }
    } catch (IOException unreadable) {
      throw SchemaFiles.unreadable(folder, unreadable);
    }
    found.sort(Comparator.comparing(MigrationFile::order));
    return found;
  }

  /** Numbers of versions are compared as numbers. */
  private String order() {
    if (id.isEmpty()) {
      return "R" + description;
    }
    StringBuilder order = new StringBuilder("A");
    for (String part : id.split("\\.")) {
      order.append("%020d.".formatted(Long.parseLong(part)));
    }
    return order.toString();
  }

  /** Of the lines without what ends them. */
  static String flywayChecksum(String text) {
    CRC32 sum = new CRC32();
    text.lines()
        .map(line -> line.startsWith("\uFEFF") ? line.substring(1) : line)
        .forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
    return Integer.toString((int) sum.getValue());
  }

  /** Change sets of formatted SQL, in their order. */
  static List<MigrationFile> liquibase(Path changelog) {
    List<String> lines;
    try {
      lines = Files.readAllLines(changelog);
    } catch (IOException unreadable) {
      throw SchemaFiles.unreadable(changelog, unreadable);
    }
    if (lines.stream().noneMatch(line -> CHANGE_SET.matcher(line).matches())) {
      throw CommandFailure.usage(
          changelog
              + " has no change set in formatted SQL: other forms take Liquibase itself"
              + " (liquibase update-sql)");
    }
    List<MigrationFile> found = new ArrayList<>();
    String id = null;
    StringBuilder sql = new StringBuilder();
    for (String line : lines) {
      Matcher begin = CHANGE_SET.matcher(line);
      if (begin.matches()) {
        add(found, id, sql);
        id = begin.group(1) + ":" + begin.group(2);
        sql.setLength(0);
      } else if (!DIRECTIVE.matcher(line).matches()) {
        sql.append(line).append('\n');
      }
    }
    add(found, id, sql);
    return found;
  }

  private static void add(List<MigrationFile> found, String id, StringBuilder sql) {
    if (id != null) {
      found.add(new MigrationFile(id, "", id, sql.toString(), ""));
    }
  }
}
