package dev.epoch.model.schema;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.encoding.CanonicalBytes;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The hash of a table's shape, a Merkle tree of SHA-256:
 *
 * <pre>
 *                         table
 *        +-----------+------+------+-----------+
 *     columns   primary key   constraints   indexes
 *     /  |  \                   /  |  \       / \
 *    c   c   c                 k   k   k     i   i
 *    |
 *   type -- element, fields
 * </pre>
 *
 * Each node is the hash of its kind (a text), its own facts and the hashes below it. Columns, key
 * columns, columns of a constraint, enum labels and composite fields count in their order;
 * constraints and indexes count by name, whatever order they come in. So two schemas have the same
 * hash exactly if they hold the same, and a schema may be stored under its hash.
 *
 * <p>{@link #shape} leaves out what two tables made separately differ in although nobody can tell
 * them apart by their rows: the ids and the order of columns.
 */
public final class SchemaHash {
  private static final byte[] FORMAT = "epoch schema v1\n".getBytes(StandardCharsets.US_ASCII);

  private SchemaHash() {}

  /** The hash of everything in the schema. */
  public static Digest of(TableSchema schema) {
    return table(schema, ordered("columns", schema.columns(), SchemaHash::column));
  }

  /** The hash without ids and order of columns. */
  public static Digest shape(TableSchema schema) {
    return table(schema, sorted("columns", schema.columns(), Column::name, SchemaHash::anonymous));
  }

  private static Digest table(TableSchema schema, Digest columns) {
    CanonicalBytes key = node("primary key").integer(schema.primaryKey().size());
    schema.primaryKey().forEach(key::text);
    return new CanonicalBytes()
        .raw(FORMAT)
        .digest(columns)
        .digest(key.sha256())
        .digest(
            sorted("constraints", schema.constraints(), Constraint::name, SchemaHash::constraint))
        .digest(sorted("indexes", schema.indexes(), Index::name, SchemaHash::index))
        .sha256();
  }

  /** The hash of a column with its id. */
  public static Digest column(Column column) {
    return facts(node("column").text(column.id()), column);
  }

  private static Digest anonymous(Column column) {
    return facts(node("column without id"), column);
  }

  private static Digest facts(CanonicalBytes bytes, Column column) {
    bytes
        .text(column.name())
        .digest(type(column.type()))
        .flag(column.nullable())
        .optionalText(column.defaultExpression())
        .optionalText(column.generatedExpression())
        .optionalText(column.identity());
    if (column.initialDefault() != null) {
      bytes.text(column.initialDefault());
    }
    if (column.wasFilled()) {
      bytes.flag(true);
    }
    return bytes.sha256();
  }

  public static Digest type(DataType type) {
    CanonicalBytes bytes = node("type").text(type.kind().name()).text(type.name());
    bytes.flag(type.element() != null);
    if (type.element() != null) {
      bytes.digest(type(type.element()));
    }
    bytes.integer(type.fields().size());
    for (DataType.Field field : type.fields()) {
      bytes.text(field.name()).digest(type(field.type()));
    }
    bytes.integer(type.labels().size());
    type.labels().forEach(bytes::text);
    if (!type.rules().isEmpty()) {
      bytes.integer(type.rules().size());
      type.rules().forEach(bytes::text);
    }
    return bytes.sha256();
  }

  public static Digest constraint(Constraint constraint) {
    CanonicalBytes bytes =
        node("constraint").text(constraint.name()).text(constraint.kind().name());
    bytes.integer(constraint.columns().size());
    constraint.columns().forEach(bytes::text);
    bytes.text(constraint.definition()).optionalText(constraint.referencesTable());
    bytes.integer(constraint.referencesColumns().size());
    constraint.referencesColumns().forEach(bytes::text);
    return bytes.flag(constraint.deferrable()).sha256();
  }

  public static Digest index(Index index) {
    return node("index").text(index.name()).text(index.definition()).flag(index.unique()).sha256();
  }

  private static <T> Digest sorted(
      String kind, Collection<T> parts, Function<T, String> name, Function<T, Digest> hash) {
    return ordered(kind, parts.stream().sorted(Comparator.comparing(name)).toList(), hash);
  }

  private static <T> Digest ordered(String kind, List<T> parts, Function<T, Digest> hash) {
    CanonicalBytes bytes = node(kind).integer(parts.size());
    parts.forEach(part -> bytes.digest(hash.apply(part)));
    return bytes.sha256();
  }

  private static CanonicalBytes node(String kind) {
    return new CanonicalBytes().text(kind);
  }
}
