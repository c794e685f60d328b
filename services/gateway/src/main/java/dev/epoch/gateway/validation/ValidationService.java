package dev.epoch.gateway.validation;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.validation.Validation.Content;
import dev.epoch.gateway.validation.Validation.Outcome;
import dev.epoch.gateway.validation.Validation.Table;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.CommitIds;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.model.schema.SchemaHash;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Reads a commit as a client would, hashes what comes, and compares with what was recorded when it
 * was made. Costs all rows of its tables; changes nothing.
 */
public final class ValidationService {
  private final ReadService reads;

  public ValidationService(ReadService reads) {
    this.reads = Objects.requireNonNull(reads, "reads");
  }

  /**
   * @param ref the commit as the caller names it, for messages
   * @param tables names, empty for all tables of the commit
   * @throws RefusedException if the commit has no table of a name
   */
  public Validation validate(
      RepositoryState state, CommitState commit, String ref, Collection<String> tables) {
    Map<String, TableEntry> tree = commit.tree();
    for (String name : tables) {
      if (!tree.containsKey(name)) {
        throw new RefusedException(
            Code.TABLE_NOT_FOUND,
            "Table '" + name + "' is not in " + ref,
            Map.of("table", name, "ref", ref));
      }
    }
    Snapshot snapshot = Snapshot.of(state, commit, ref);
    List<Table> results = new ArrayList<>();
    for (String name : new TreeSet<>(tables.isEmpty() ? tree.keySet() : tables)) {
      results.add(validate(snapshot, tree.get(name)));
    }
    return new Validation(commit, computedId(commit), results);
  }

  private static String computedId(CommitState commit) {
    return CommitIds.compute(
            commit.parents().stream().map(CommitId::new).toList(),
            commit.tree(),
            commit.author(),
            commit.message(),
            commit.time())
        .hex();
  }

  private Table validate(Snapshot snapshot, TableEntry entry) {
    Content expected = new Content(entry.rowCount(), entry.contentHash(), entry.schemaHash());
    try {
      Content found = read(snapshot, entry.name());
      String problem = problem(entry, found);
      return new Table(
          entry.name(),
          problem == null ? Outcome.VALID : Outcome.DIFFERENT,
          expected,
          found,
          problem);
    } catch (HistoryPrunedException pruned) {
      return new Table(entry.name(), Outcome.PRUNED, expected, null, pruned.getMessage());
    }
  }

  private Content read(Snapshot snapshot, String table) {
    TableSchema schema = snapshot.table(table).handle().schema();
    try (RowStream<Row> rows = reads.rows(snapshot, table, RowQuery.all())) {
      TableContent content = TableContent.of(schema, rows);
      return new Content(content.rows(), content.sum().hash(), SchemaHash.of(schema));
    }
  }

  private static String problem(TableEntry entry, Content found) {
    if (!found.schema().equals(entry.schemaHash())) {
      return "The schema is not the one that was committed";
    }
    if (found.rows() != entry.rowCount()) {
      return "%,d rows were committed, %,d are read".formatted(entry.rowCount(), found.rows());
    }
    if (!found.content().equals(entry.contentHash())) {
      return "Rows were changed that no commit knows of";
    }
    return ContentSum.fromBase64(entry.contentSum()).hash().equals(entry.contentHash())
        ? null
        : "The sum that the next commit would go on from is not that of the rows";
  }
}
