package dev.epoch.storage.error;

import dev.epoch.storage.query.QueryResult;
import java.util.Optional;

/** A check of an operation found rows, or could not be run. Nothing was changed. */
public final class CheckFailedException extends StorageException {
  private final String check;
  private final QueryResult found;

  private CheckFailedException(
      String check, QueryResult found, String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
    this.check = check;
    this.found = found;
  }

  /**
   * @param found the first of the rows
   */
  public static CheckFailedException found(String check, QueryResult found) {
    int rows = found.rows().size();
    return new CheckFailedException(
        check,
        found,
        "Check '%s' fails: its query returns %s%d row(s)"
            .formatted(check, found.truncated() ? "more than " : "", rows),
        "Correct the rows, or the check (epoch check list)",
        null);
  }

  public static CheckFailedException notRun(String check, String why, Throwable cause) {
    return new CheckFailedException(
        check,
        null,
        "Check '%s' could not be run: %s".formatted(check, why),
        "Correct the check (epoch check list), or remove it",
        cause);
  }

  /** Name of the check. */
  public String check() {
    return check;
  }

  /** The first rows that it found; empty if it could not be run. */
  public Optional<QueryResult> found() {
    return Optional.ofNullable(found);
  }
}
