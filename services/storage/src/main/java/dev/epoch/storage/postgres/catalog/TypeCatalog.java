package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Types as the catalogs describe them, with all that they are made of. */
public final class TypeCatalog {
  /**
   * A type with its modifier, as {@code pg_attribute} holds it: {@code numeric} with {@code
   * (10,2)}.
   *
   * @param modifier -1 for none
   */
  public record TypeReference(long oid, int modifier) {
    public static TypeReference of(long oid) {
      return new TypeReference(oid, -1);
    }
  }

  /** OFFSET 0 has each type looked up by its key: every table brings two types with it. */
  private static final String CLOSURE =
      """
      WITH RECURSIVE
        wanted (oid, modifier) AS (
          SELECT w.oid, w.modifier
          FROM unnest($1::bigint[], $2::integer[]) AS w (oid, modifier)
          UNION
          SELECT part.oid::bigint, part.modifier
          FROM wanted w
          CROSS JOIN LATERAL (
            SELECT t.* FROM pg_catalog.pg_type t WHERE t.oid = w.oid::pg_catalog.oid OFFSET 0
          ) AS t
          CROSS JOIN LATERAL (
            SELECT t.typelem, w.modifier
            WHERE t.typelem <> 0
              AND t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc
              AND t.typname NOT IN ('int2vector', 'oidvector')
            UNION ALL
            SELECT t.typbasetype, t.typtypmod
            WHERE t.typtype = 'd'
            UNION ALL
            SELECT r.rngsubtype, -1
            FROM pg_catalog.pg_range r
            WHERE r.rngtypid = t.oid
            UNION ALL
            SELECT r.rngtypid, -1
            FROM pg_catalog.pg_range r
            WHERE r.rngmultitypid = t.oid
            UNION ALL
            SELECT a.atttypid, a.atttypmod
            FROM pg_catalog.pg_attribute a
            WHERE t.typtype = 'c'
              AND a.attrelid = t.typrelid
              AND a.attnum > 0
              AND NOT a.attisdropped
          ) AS part (oid, modifier)
        )
      SELECT
        w.oid,
        w.modifier,
        pg_catalog.format_type(w.oid::pg_catalog.oid, w.modifier) AS name,
        t.typname::pg_catalog.text AS type_name,
        n.nspname = 'pg_catalog' AS built_in,
        t.typtype::pg_catalog.text AS kind,
        CASE
          WHEN t.typelem <> 0
            AND t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc
            AND t.typname NOT IN ('int2vector', 'oidvector')
          THEN t.typelem::bigint
        END AS array_element,
        t.typbasetype::bigint AS base,
        t.typtypmod AS base_modifier,
        (
          SELECT CASE WHEN r.rngtypid = t.oid THEN r.rngsubtype ELSE r.rngtypid END::bigint
          FROM pg_catalog.pg_range r
          WHERE r.rngtypid = t.oid OR r.rngmultitypid = t.oid
        ) AS range_element,
        ARRAY (
          SELECT e.enumlabel::pg_catalog.text
          FROM pg_catalog.pg_enum e
          WHERE e.enumtypid = t.oid
          ORDER BY e.enumsortorder
        ) AS labels,
        f.names AS field_names,
        f.oids AS field_oids,
        f.modifiers AS field_modifiers
      FROM wanted w
      CROSS JOIN LATERAL (
        SELECT t.* FROM pg_catalog.pg_type t WHERE t.oid = w.oid::pg_catalog.oid OFFSET 0
      ) AS t
      JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      CROSS JOIN LATERAL (
        SELECT
          array_agg(a.attname::pg_catalog.text ORDER BY a.attnum) AS names,
          array_agg(a.atttypid::bigint ORDER BY a.attnum) AS oids,
          array_agg(a.atttypmod ORDER BY a.attnum) AS modifiers
        FROM pg_catalog.pg_attribute a
        WHERE t.typtype = 'c'
          AND a.attrelid = t.typrelid
          AND a.attnum > 0
          AND NOT a.attisdropped
      ) f
      """;

  private record Entry(
      String name,
      String typeName,
      boolean builtIn,
      String kind,
      Long arrayElement,
      long base,
      int baseModifier,
      Long rangeElement,
      List<String> labels,
      List<String> fieldNames,
      List<TypeReference> fields) {}

  private final Map<TypeReference, Entry> entries;

  private TypeCatalog(Map<TypeReference, Entry> entries) {
    this.entries = entries;
  }

  /** Reads the types and all that they are made of, in one query. */
  public static TypeCatalog load(Session session, Collection<TypeReference> wanted) {
    Long[] oids = wanted.stream().map(TypeReference::oid).toArray(Long[]::new);
    Integer[] modifiers = wanted.stream().map(TypeReference::modifier).toArray(Integer[]::new);
    Map<TypeReference, Entry> entries = new HashMap<>();
    session
        .list(
            CLOSURE,
            row ->
                Map.entry(
                    new TypeReference(row.getLong("oid"), row.getInteger("modifier")), entry(row)),
            oids,
            modifiers)
        .forEach(found -> entries.put(found.getKey(), found.getValue()));
    return new TypeCatalog(entries);
  }

  private static Entry entry(Row row) {
    String[] names = row.getArrayOfStrings("field_names");
    List<TypeReference> fields = new ArrayList<>();
    if (names != null) {
      Long[] oids = row.getArrayOfLongs("field_oids");
      Integer[] modifiers = row.getArrayOfIntegers("field_modifiers");
      for (int i = 0; i < names.length; i++) {
        fields.add(new TypeReference(oids[i], modifiers[i]));
      }
    }
    return new Entry(
        row.getString("name"),
        row.getString("type_name"),
        row.getBoolean("built_in"),
        row.getString("kind"),
        row.getLong("array_element"),
        row.getLong("base"),
        row.getInteger("base_modifier"),
        row.getLong("range_element"),
        List.of(row.getArrayOfStrings("labels")),
        names == null ? List.of() : List.of(names),
        fields);
  }

  /** The type; it must be one of those that were loaded, or part of one. */
  public DataType type(TypeReference reference) {
    Entry entry = entries.get(reference);
    if (entry == null) {
      throw new IllegalArgumentException("type " + reference + " was not loaded");
    }
    if (entry.arrayElement() != null) {
      DataType element = type(new TypeReference(entry.arrayElement(), reference.modifier()));
      return made(Kind.ARRAY, entry, element);
    }
    return switch (entry.kind()) {
      case "d" ->
          made(Kind.DOMAIN, entry, type(new TypeReference(entry.base(), entry.baseModifier())));
      case "r", "m" ->
          made(
              Kind.RANGE,
              entry,
              entry.rangeElement() == null ? null : type(TypeReference.of(entry.rangeElement())));
      case "e" -> made(Kind.ENUM, entry, null);
      case "c" -> made(Kind.COMPOSITE, entry, null);
      default -> made(scalar(entry), entry, null);
    };
  }

  private DataType made(Kind kind, Entry entry, DataType element) {
    List<DataType.Field> fields = new ArrayList<>();
    for (int i = 0; i < entry.fields().size(); i++) {
      fields.add(new DataType.Field(entry.fieldNames().get(i), type(entry.fields().get(i))));
    }
    return new DataType(kind, entry.name(), element, fields, entry.labels());
  }

  private static Kind scalar(Entry entry) {
    if (!entry.builtIn()) {
      return entry.typeName().equals("citext") ? Kind.TEXT : Kind.OTHER;
    }
    return switch (entry.typeName()) {
      case "bool" -> Kind.BOOLEAN;
      case "int2", "int4", "int8", "oid" -> Kind.INTEGER;
      case "numeric" -> Kind.DECIMAL;
      case "float4", "float8" -> Kind.FLOAT;
      case "text", "varchar", "bpchar", "char", "name" -> Kind.TEXT;
      case "bytea" -> Kind.BYTES;
      case "date" -> Kind.DATE;
      case "time" -> Kind.TIME;
      case "timetz" -> Kind.TIME_WITH_ZONE;
      case "timestamp" -> Kind.TIMESTAMP;
      case "timestamptz" -> Kind.TIMESTAMP_WITH_ZONE;
      case "interval" -> Kind.INTERVAL;
      case "uuid" -> Kind.UUID;
      case "json" -> Kind.JSON;
      case "jsonb" -> Kind.JSON_BINARY;
      case "inet", "cidr", "macaddr", "macaddr8" -> Kind.NETWORK;
      case "bit", "varbit" -> Kind.BITS;
      case "tsvector", "tsquery" -> Kind.TEXT_SEARCH;
      default -> Kind.OTHER;
    };
  }
}
