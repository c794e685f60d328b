package dev.epoch.gateway.migration;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import dev.epoch.storage.schema.SchemaMigrations.StepProgress;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Adds labels to types of live tables, before the transaction that has rows with them. A label that
 * nobody uses changes nothing, so that nothing is taken back if that does not come to be; one that
 * is there is left as it is.
 */
public final class TypeLabels {
  private final MigrationRunner runner;

  public TypeLabels(MigrationRunner runner) {
    this.runner = runner;
  }

  /**
   * @param statements by name of the storage
   * @throws RefusedException if the database refuses one, or another schema change runs
   */
  public void add(RepositoryState state, Map<String, List<String>> statements) {
    statements.forEach((storage, labels) -> {
      Progress progress =
          runner.run(
              state,
              runner.runnerOf(state, storage),
              "",
              labels.stream().map(sql -> new Step(sql, true)).toList(),
              DdlService.USUAL,
              false,
              null,
              null);
      if (progress.state() != State.DONE) {
        throw new RefusedException(
            Code.SCHEMA_CHANGED,
            "The labels that the merge brings cannot be added to a live type: "
                + progress.steps().stream()
                    .map(StepProgress::error)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse("unfinished"),
            Map.of(
                "statements",
                labels,
                "remedy",
                "Let the owner of the type run them, and merge again"));
      }
    });
  }
}
