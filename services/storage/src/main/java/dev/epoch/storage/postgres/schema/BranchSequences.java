package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.Identity;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sequences of columns that a branch has made: they are hidden ({@code hidden_sequences.sql}), and
 * are told as they will be beside the live table.
 */
final class BranchSequences {
  private static final String HIDDEN =
      """
      SELECT n.nspname::text AS hidden, coalesce(t.home_schema, t.schema_name) AS home
      FROM epoch.branch_tables AS p
      JOIN epoch.tables AS t ON t.table_id = p.table_id
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = 'epoch_new_' || t.table_id
      WHERE p.branch_id = $1
      """;

  private static final String IDENTITIES =
      """
      SELECT c.relname::text AS table_name, a.attname::text AS column_name,
        coalesce(o.identity, CASE l.attidentity WHEN 'a' THEN 'always' ELSE 'by default' END) AS identity,
        q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle
      FROM epoch.open_columns AS o
      JOIN epoch.branch_tables AS p ON p.branch_id = o.branch_id AND p.table_id = o.table_id
      JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(p.open_relation)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = o.number
      JOIN pg_catalog.pg_attrdef AS f ON f.adrelid = c.oid AND f.adnum = a.attnum
      JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = d.refobjid
      JOIN epoch.tables AS t ON t.table_id = o.table_id
      -- of a table that the branch has made: its hidden relation has the identity
      LEFT JOIN pg_catalog.pg_depend AS i ON i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.objid = q.seqrelid
        AND i.deptype = 'i' AND t.home_schema IS NOT NULL
      LEFT JOIN pg_catalog.pg_attribute AS l ON l.attrelid = i.refobjid AND l.attnum = i.refobjsubid
      WHERE o.branch_id = $1 AND (o.identity IS NOT NULL OR l.attidentity <> '')
      """;

  private record Place(String table, String column) {}

  private BranchSequences() {}

  /** Schemas of hidden sequences, each with the one that they are to be in. */
  static Map<String, String> schemas(Session session, BranchHandle branch) {
    Map<String, String> hidden = new LinkedHashMap<>();
    session
        .list(HIDDEN, row -> row, branch.id())
        .forEach(row -> hidden.put(row.getString("hidden"), row.getString("home")));
    return hidden;
  }

  /**
   * The branch's tables with identities as such, and the sequences that their columns read.
   *
   * @param hidden what is in the schemas of hidden sequences
   */
  static List<SchemaObject> with(
      Session session, BranchHandle branch, List<SchemaObject> own, DatabaseSchema hidden) {
    Map<Place, Identity> identities = new HashMap<>();
    session
        .list(IDENTITIES, row -> row, branch.id())
        .forEach(row ->
            identities.put(
                new Place(row.getString("table_name"), row.getString("column_name")),
                new Identity(
                    row.getString("identity").equals("always"),
                    new SequenceOptions(
                        row.getLong("seqstart"),
                        row.getLong("seqincrement"),
                        row.getLong("seqmin"),
                        row.getLong("seqmax"),
                        row.getLong("seqcache"),
                        row.getBoolean("seqcycle")))));
    List<SchemaObject> objects = new ArrayList<>();
    for (SchemaObject object : own) {
      if (!(object instanceof TableDefinition table)) {
        objects.add(object);
        continue;
      }
      List<ColumnDefinition> columns = new ArrayList<>();
      for (ColumnDefinition column : table.columns()) {
        Identity identity = identities.get(new Place(table.name().name(), column.name()));
        columns.add(identity == null ? column : identified(column, identity));
        read(column, hidden)
            .ifPresent(sequence ->
                objects.add(
                    new SequenceDefinition(
                        sequence.name(),
                        sequence.type(),
                        sequence.options(),
                        table.name() + "." + column.name(),
                        sequence.comment(),
                        sequence.privileges())));
      }
      objects.add(identities.isEmpty() ? table : table.with(columns));
    }
    return objects;
  }

  private static Optional<SequenceDefinition> read(ColumnDefinition column, DatabaseSchema hidden) {
    return column.defaultValue() == null
        ? Optional.empty()
        : hidden.objects().values().stream()
            .filter(SequenceDefinition.class::isInstance)
            .map(SequenceDefinition.class::cast)
            .filter(sequence ->
                column
                    .defaultValue()
                    .expression()
                    .equals(
                        "nextval('%s.%s'::regclass)"
                            .formatted(
                                SqlName.quoted(sequence.name().schema()),
                                SqlName.quoted(sequence.name().name()))))
            .findFirst();
  }

  private static ColumnDefinition identified(ColumnDefinition column, Identity identity) {
    return new ColumnDefinition(
        column.id(),
        column.name(),
        column.type(),
        column.nullable(),
        null,
        column.generated(),
        identity,
        column.collation(),
        column.comment());
  }
}
