package dev.epoch.gateway.table;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.ConflictSettings.Rule;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fields that a database raises with each update, such as the time of the last change: both sides
 * of a merge have raised them, and the greater value is right. They get the rule {@code max} where
 * no rule says anything of them.
 */
final class RaisedFields {
  private static final Rule MAX = new Rule("max", null, null);

  private RaisedFields() {}

  /**
   * @param raised names of these columns of the table
   */
  static void rule(
      LiveRepository repository, RegisteredTable table, List<String> raised, Caller caller) {
    ConflictSettings settings = repository.state().profile().conflict();
    boolean said =
        settings.defaultRule().strategy() != null
            || settings.tableRules().getOrDefault(table.name(), Rule.NOTHING).strategy() != null;
    Map<String, Rule> fields = new TreeMap<>(settings.fieldRules());
    raised.forEach(column -> fields.putIfAbsent(table.name() + "." + column, MAX));
    if (said || fields.size() == settings.fieldRules().size()) {
      return;
    }
    repository
        .step(
            new UpdateRepositoryV1(
                null,
                null,
                null,
                new ConflictSettings(settings.defaultRule(), settings.tableRules(), fields),
                null),
            caller.consequence())
        .orRefuse();
  }
}
