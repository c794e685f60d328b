package dev.epoch.storage.delta;

import dev.epoch.storage.delta.file.ForeignFileException;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import io.delta.kernel.exceptions.UnsupportedProtocolVersionException;
import io.delta.kernel.exceptions.UnsupportedTableFeatureException;
import java.io.FileNotFoundException;
import java.util.TreeSet;

/** What failures of Delta Kernel mean, for who reads a table. */
final class DeltaErrors {
  private final String table;

  /**
   * @param table its path, for messages
   */
  DeltaErrors(String table) {
    this.table = table;
  }

  /** A call of Kernel's. */
  interface Call<T> {
    T run() throws Exception;
  }

  /** What a call answers, or its failure in words. */
  <T> T checked(Call<T> call) {
    try {
      return call.run();
    } catch (Exception e) {
      throw of(e);
    }
  }

  /** A failure in words. */
  StorageException of(Exception failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      StorageException known = known(each, failure);
      if (known != null) {
        return known;
      }
    }
    return new DamagedTableException(
        "The Delta table %s cannot be read: %s".formatted(table, failure.getMessage()),
        "See whether another program can read it; restore its log from a copy",
        failure);
  }

  private StorageException known(Throwable cause, Exception failure) {
    return switch (cause) {
      case StorageException said -> said;
      case ForeignFileException foreign ->
          new NotVersionableException(
              "The Delta table %s refers to a file outside its storage: %s"
                  .formatted(table, foreign.path()),
              "Copy the table (a shallow clone is none), and register the copy");
      case ObjectStoreException store when store.kind() == Kind.NO_OBJECT -> fileGone(failure);
      case ObjectStoreException store ->
          new StorageUnavailableException(store.getMessage(), null, store);
      case FileNotFoundException _ -> fileGone(failure);
      case io.delta.kernel.exceptions.TableNotFoundException none ->
          new TableNotFoundException(
              "There is no Delta table at %s".formatted(table), "Correct the location", none);
      case UnsupportedTableFeatureException feature -> unsupported(feature);
      case UnsupportedProtocolVersionException version ->
          new NotVersionableException(
              "The Delta table %s asks for a protocol that Epoch does not know: %s"
                  .formatted(table, version.getMessage()),
              "Write the table with an older protocol, or use a newer Epoch");
      default -> byMessage(cause);
    };
  }

  private StorageException unsupported(UnsupportedTableFeatureException feature) {
    return new NotVersionableException(
        "The Delta table %s uses features that Epoch does not read: %s"
            .formatted(table, String.join(", ", new TreeSet<>(feature.getUnsupportedFeatures()))),
        "Drop the features from the table: ALTER TABLE ... DROP FEATURE");
  }

  /** Kernel has no types for these. */
  private StorageException byMessage(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("truncated due to manual deletion or the log/checkpoint retention")) {
      return new HistoryPrunedException(
          "The Delta table %s no longer has this version: %s".formatted(table, message),
          "Raise delta.logRetentionDuration before the next clean-up",
          cause);
    }
    if (message.contains("Cannot load table version")) {
      return new TableNotFoundException(
          "The Delta table %s does not have this version: %s".formatted(table, message),
          null,
          cause);
    }
    return null;
  }

  private StorageException fileGone(Exception failure) {
    return new HistoryPrunedException(
        "A file of this version of the Delta table %s is gone (%s)"
            .formatted(table, failure.getMessage()),
        "VACUUM removes files of old versions: raise delta.deletedFileRetentionDuration",
        failure);
  }
}
