package dev.epoch.storage.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.sqlite.SQLiteConfig.JournalMode;

/**
 * How a SQLite file is opened.
 *
 * @param file absolute
 * @param journalMode that the file is given when it is opened; empty to leave it as it is
 * @param foreignKeys whether what Epoch writes is asked whether it keeps references
 * @param busyTimeout so long a statement waits for another program's transaction
 * @param create whether a file that is not there is made
 */
public record SqliteSettings(
    Path file,
    Optional<JournalMode> journalMode,
    boolean foreignKeys,
    Duration busyTimeout,
    boolean create) {

  /** As applications open it that set nothing, with references kept. */
  public static SqliteSettings of(Path file) {
    return new SqliteSettings(
        file, Optional.of(JournalMode.WAL), true, Duration.ofSeconds(5), false);
  }
}
