package dev.epoch.storage.sqlite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageAdapterFactory;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.FileRoots;
import dev.epoch.storage.schema.MigrationPrinter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteConfig.JournalMode;

/** Opens SQLite files: {@code sqlite:///folder/file.db}, {@code sqlite:///folder/file.db/table}. */
public final class SqliteStorageAdapterFactory implements StorageAdapterFactory {
  private static final String SCHEME = "sqlite://";
  private static final String IN_MEMORY =
      "A database in memory is of one connection alone, and gone with it: no application could"
          + " share it with Epoch";
  private static final Set<String> KNOWN =
      Set.of(
          "path", "database", "journal_mode", "foreign_keys", "busy_timeout", "mode", "in_memory");

  private final FileRoots roots;

  /**
   * @param roots folders in which files may be opened
   */
  public SqliteStorageAdapterFactory(FileRoots roots) {
    this.roots = roots;
  }

  @Override
  public String backend() {
    return "sqlite";
  }

  @Override
  public Optional<MigrationPrinter> migrationPrinter() {
    return Optional.of(new SqliteMigrationPrinter());
  }

  @Override
  public boolean recognises(String location) {
    return location.startsWith(SCHEME);
  }

  @Override
  public Location parse(String location) {
    String path = pathOf(location);
    int slash = path.lastIndexOf('/');
    if (slash <= 0 || Files.isRegularFile(Path.of(path))) {
      throw new BadLocationException(
          "The location names no table", "sqlite:///folder/file.db/table");
    }
    Settings settings = settings(Map.of("path", TextNode.valueOf(path.substring(0, slash))));
    return new Location(settings, new TablePath(SqliteCatalog.MAIN, path.substring(slash + 1)));
  }

  @Override
  public Settings database(String location) {
    String path = pathOf(location);
    int slash = path.lastIndexOf('/');
    if (!Files.exists(Path.of(path))
        && slash > 0
        && Files.isRegularFile(Path.of(path.substring(0, slash)))) {
      throw new BadLocationException(
          "The location names a table, where a database is meant", "sqlite:///folder/file.db");
    }
    return settings(Map.of("path", TextNode.valueOf(path)));
  }

  private static String pathOf(String location) {
    String rest = location.substring(SCHEME.length());
    if (rest.startsWith(":memory:") || rest.startsWith("/:memory:")) {
      throw new BadLocationException(IN_MEMORY, "Use a file: sqlite:///folder/file.db");
    }
    if (!rest.startsWith("/")) {
      throw new BadLocationException(
          "The location names no absolute path", "sqlite:///folder/file.db/table");
    }
    return rest;
  }

  @Override
  public Settings settings(Map<String, JsonNode> given) {
    for (String name : given.keySet()) {
      if (!KNOWN.contains(name)) {
        throw new BadLocationException(
            "SQLite storages have no setting '" + name + "'",
            "Settings are path, journal_mode, foreign_keys, busy_timeout, mode");
      }
    }
    SqliteSettings settings = read(given);
    roots.check(settings.file());
    Map<String, JsonNode> shown = new HashMap<>();
    shown.put("path", TextNode.valueOf(settings.file().toString()));
    settings
        .journalMode()
        .ifPresent(mode ->
            shown.put("journal_mode", TextNode.valueOf(mode.name().toLowerCase(Locale.ROOT))));
    shown.put("foreign_keys", BooleanNode.valueOf(settings.foreignKeys()));
    shown.put("busy_timeout", IntNode.valueOf((int) settings.busyTimeout().toMillis()));
    shown.put("mode", TextNode.valueOf(settings.create() ? "rwc" : "rw"));
    return new Settings(shown, Map.of());
  }

  @Override
  public Settings change(Settings former, Map<String, JsonNode> given) {
    Map<String, JsonNode> all = new HashMap<>(former.config());
    all.putAll(given);
    return settings(all);
  }

  @Override
  public TablePath path(Settings settings, String text) {
    String table = text.startsWith("main.") ? text.substring("main.".length()) : text;
    if (table.isBlank()) {
      throw new BadLocationException("The path names no table", "table");
    }
    return new TablePath(SqliteCatalog.MAIN, table);
  }

  @Override
  public StorageAdapter open(Settings settings) {
    return new SqliteStorageAdapter(read(settings.config()));
  }

  private static SqliteSettings read(Map<String, JsonNode> given) {
    if (given.containsKey("in_memory") && bool(given, "in_memory", false)) {
      throw new BadLocationException(IN_MEMORY, "Give the path of a file");
    }
    String path = text(given, "path").or(() -> text(given, "database")).orElse(null);
    if (path == null || path.isBlank()) {
      throw new BadLocationException("The storage has no path", "Give the path of the file");
    }
    if (path.equals(":memory:") || path.startsWith("file:")) {
      throw new BadLocationException(IN_MEMORY, "Give the path of a file");
    }
    String mode = text(given, "mode").orElse("rw");
    if (mode.equals("r")) {
      throw new BadLocationException(
          "A file that is only read cannot be versioned: Epoch keeps what was beside what is",
          "Set mode to rw, or to rwc, which makes the file where it is not");
    }
    if (!mode.equals("rw") && !mode.equals("rwc")) {
      throw new BadLocationException("mode must be rw or rwc, and is " + mode, null);
    }
    return new SqliteSettings(
        file(path),
        Optional.of(journalMode(text(given, "journal_mode").orElse("wal"))),
        bool(given, "foreign_keys", true),
        Duration.ofMillis(timeout(given)),
        mode.equals("rwc"));
  }

  private static Path file(String path) {
    try {
      Path file = Path.of(path);
      if (!file.isAbsolute()) {
        throw new BadLocationException(
            "The path '%s' is not absolute, and the server stands in another folder"
                .formatted(path),
            "Give the whole path, from /");
      }
      return file.normalize();
    } catch (InvalidPathException e) {
      throw new BadLocationException("'%s' is no path".formatted(path), null);
    }
  }

  private static JournalMode journalMode(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "wal" -> JournalMode.WAL;
      case "delete" -> JournalMode.DELETE;
      case "truncate" -> JournalMode.TRUNCATE;
      case "persist" -> JournalMode.PERSIST;
      case "memory", "off" ->
          throw new BadLocationException(
              "journal_mode %s loses the file when a program dies while it writes".formatted(name),
              "Set it to wal, delete, truncate or persist");
      default ->
          throw new BadLocationException(
              "journal_mode must be wal, delete, truncate or persist, and is " + name, null);
    };
  }

  private static int timeout(Map<String, JsonNode> given) {
    String text = text(given, "busy_timeout").orElse("5000");
    try {
      int timeout = Integer.parseInt(text);
      if (timeout >= 0) {
        return timeout;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new BadLocationException(
        "busy_timeout must be a number of milliseconds, and is " + text, null);
  }

  private static boolean bool(Map<String, JsonNode> given, String name, boolean fallback) {
    String text = text(given, name).orElse(String.valueOf(fallback));
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "on", "1" -> true;
      case "false", "off", "0" -> false;
      default ->
          throw new BadLocationException(name + " must be true or false, and is " + text, null);
    };
  }

  private static Optional<String> text(Map<String, JsonNode> given, String name) {
    JsonNode value = given.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value.asText());
  }
}
