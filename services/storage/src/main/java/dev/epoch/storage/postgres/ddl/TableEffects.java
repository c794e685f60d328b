package dev.epoch.storage.postgres.ddl;

import java.util.HashSet;
import java.util.Set;

/** What happens to the parts of a table that both schemas have; columns by their former name. */
final class TableEffects {
  /** Columns that get another type. */
  final Set<String> retyped = new HashSet<>();

  /** Columns that are dropped and added, since nothing else changes how they are generated. */
  final Set<String> rebuilt = new HashSet<>();

  /** Columns that have another name afterwards. */
  final Set<String> renamed = new HashSet<>();

  /** Columns that are gone. */
  final Set<String> dropped = new HashSet<>();

  /** Columns whose default is taken away and set again. */
  final Set<String> defaults = new HashSet<>();

  /** Names of what is dropped and created although it may be the same in both schemas. */
  final Set<String> constraints = new HashSet<>();

  final Set<String> indexes = new HashSet<>();
  final Set<String> triggers = new HashSet<>();
  final Set<String> policies = new HashSet<>();

  /** Whether views of the table have to go for a while. */
  boolean shaken() {
    return !(retyped.isEmpty() && rebuilt.isEmpty() && renamed.isEmpty() && dropped.isEmpty());
  }

  int size() {
    return retyped.size()
        + rebuilt.size()
        + defaults.size()
        + constraints.size()
        + indexes.size()
        + triggers.size()
        + policies.size();
  }
}
