package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.migration.MigrationService;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationChange;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.MigrationScript;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.storage.SqlSurface;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Lets sessions see what differs between schemas: between the head of the default branch and those
 * of the others at once, as long as they are few, and between any two commits when they ask.
 */
final class SchemaComparisons {
  /** Heads that are new and are compared at a time; sessions ask for the others. */
  private static final int MOST_HEADS = 20;

  private static final Logger LOG = Logger.getLogger(SchemaComparisons.class.getName());
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final VersioningServer server;
  private final SqlSurface surface;
  private final SchemaMergePreview merges;

  /** What was compared, of the heads that there are, by repository. */
  private final Map<String, Compared> known = new HashMap<>();

  /**
   * Pairs of heads.
   *
   * @param version of the repository's log when they were
   */
  private record Compared(long version, Set<List<String>> pairs) {}

  SchemaComparisons(VersioningServer server, SqlSurface surface) {
    this.server = server;
    this.surface = surface;
    this.merges = new SchemaMergePreview(server);
  }

  /** Compares heads that are new. */
  void ofHeads(RepositoryState state) {
    Compared last = known.getOrDefault(state.name(), new Compared(-1, Set.of()));
    if (last.version() == state.version()) {
      return;
    }
    CommitState head = state.head(state.defaultBranch());
    Set<List<String>> pairs = new HashSet<>();
    List<SqlSurface.Comparison> found = new ArrayList<>();
    int fresh = 0;
    for (BranchState branch : state.branches().byId().values()) {
      CommitState other = state.head(branch);
      List<String> pair = List.of(head.id(), other.id());
      boolean isPair = !other.id().equals(head.id()) && !other.root() && !head.root();
      if (isPair && (last.pairs().contains(pair) || fresh < MOST_HEADS)) {
        if (pairs.add(pair) && !last.pairs().contains(pair)) {
          fresh++;
          compareBothWays(state, head, other, found);
        }
      }
    }
    surface.compared(state.name(), found);
    known.put(state.name(), new Compared(state.version(), pairs));
  }

  private void compareBothWays(
      RepositoryState state,
      CommitState one,
      CommitState other,
      List<SqlSurface.Comparison> found) {
    try {
      found.add(comparison(state, one, other));
      found.add(comparison(state, other, one));
    } catch (RuntimeException notNow) {
      LOG.log(Level.FINE, notNow, () -> "Sessions have to ask for schemas of " + state.name());
    }
  }

  /** How many differences there are. */
  int compare(RepositoryState state, CommitState from, CommitState to) {
    SqlSurface.Comparison found = comparison(state, from, to);
    surface.compared(state.name(), List.of(found));
    return found.changes().size();
  }

  private SqlSurface.Comparison comparison(
      RepositoryState state, CommitState from, CommitState to) {
    MigrationService.Sides sides =
        server
            .migrations()
            .sides(
                state,
                new MigrationService.Side.Committed(from),
                new MigrationService.Side.Committed(to));
    SchemaDialect dialect = server.schemas().dialect();
    Migration migration = dialect.between(sides.before(), sides.after(), MigrationOptions.SCRIPT);
    MigrationScript script =
        new MigrationScript(
            migration, dialect, from.id(), to.id(), MigrationService.defaultSchema(state));
    ArrayNode changes = JSON.arrayNode();
    for (MigrationChange change : script.changes()) {
      ObjectNode row = changes.addObject();
      String owner = change.owner().name().name();
      row.put("change_type", change.type().label());
      row.put("object_type", change.objectType().toUpperCase(Locale.ROOT));
      row.put(
          "object_name",
          change.objectType().equals(change.owner().kind().label())
              ? owner
              : owner + "." + change.objectName());
      row.put("sql_to_sync", script.plain(change.sqlToSync()));
      row.set("details", MAPPER.valueToTree(change.details()));
    }
    return new SqlSurface.Comparison(from.id(), to.id(), changes, merges.of(state, from, to));
  }
}
