package dev.epoch.storage.schema;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BusyException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the statements of migrations on the live tables, and remembers in the database how far each
 * one is: who finds one that nobody runs any more goes on with it.
 */
public interface SchemaMigrations {
  /**
   * A migration that is to be run.
   *
   * @param id of the operation
   * @param repository that it is of; a repository has one at a time
   * @param schemaHash of the schema that the statements are made for
   * @param searchPath schema in which names without one are looked up
   * @param forced whether it may take values away
   * @param branch whose tables the statements mean; null for the live tables
   */
  record Plan(
      String id,
      String repository,
      String schemaHash,
      String searchPath,
      List<Step> steps,
      Settings settings,
      boolean forced,
      String branch) {
    public Plan {
      steps = List.copyOf(steps);
    }

    /** The search path as SQL has it. */
    public String quotedPath() {
      return '"' + searchPath.replace("\"", "\"\"") + '"';
    }
  }

  /** A statement; {@code alone} if it cannot run in a transaction. */
  record Step(String sql, boolean alone) {}

  /**
   * How statements are run.
   *
   * @param lockTimeout so long a statement waits for a lock
   * @param statementTimeout so long it runs
   * @param retries how often it is tried again for want of a lock
   * @param initialDelay before the first of them; each next one waits twice as long
   * @param maxDelay but no longer than that
   * @param transaction all that can in one transaction; else each for itself
   */
  record Settings(
      Duration lockTimeout,
      Duration statementTimeout,
      int retries,
      Duration initialDelay,
      Duration maxDelay,
      boolean transaction) {}

  /** Where a statement, or all of them, stand; skipped are those behind one that failed. */
  enum State {
    PENDING,
    RUNNING,
    DONE,
    FAILED,
    SKIPPED
  }

  /**
   * How far a statement is.
   *
   * @param error why it failed, or null
   */
  record StepProgress(String sql, State state, int attempts, String error) {}

  /** How far a migration is. */
  record Progress(
      String id, String repository, String schemaHash, State state, List<StepProgress> steps) {
    public Progress {
      steps = List.copyOf(steps);
    }
  }

  /**
   * Records a migration that begins.
   *
   * @throws BusyException if another one of the repository is not finished
   */
  void begin(Plan plan);

  /**
   * Runs what is left of a migration, whether it has just begun or was left by a process that died.
   *
   * @param reached told of each place between two statements
   * @return how it ended: done or failed
   * @throws BusyException if another process runs it
   */
  Progress run(String id, Consumer<String> reached);

  Optional<Progress> progress(String id);

  /** The one that began last. */
  Optional<Progress> latest(String repository);

  /** Of those that began and neither ended nor failed. */
  List<String> unfinished(String repository);

  /** How large a table is on disk, with indexes, and about how many rows it has. */
  record Size(long bytes, long rows) {}

  /** Empty if there is no such table. */
  Optional<Size> size(TablePath table);
}
