package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Arrays;
import java.util.List;

/** The constraints of live tables, out of PostgreSQL's catalogs. Not for the primary key. */
public final class ConstraintCatalog {
  private static final String PAIR_RULES =
      """
      SELECT
        COALESCE(c.conname, r.relname)::text,
        COALESCE((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, FALSE),
        pg_get_expr(i.indpred, i.indrelid),
        ARRAY(
          SELECT pg_get_indexdef(i.indexrelid, p, FALSE)
          FROM generate_series(1, i.indnkeyatts::integer) p ORDER BY p
        ),
        ARRAY(
          SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
          FROM generate_series(1, i.indnkeyatts::integer) p
          JOIN pg_opclass oc ON oc.oid = i.indclass[p - 1]
          LEFT JOIN pg_amop a ON a.amopfamily = oc.opcfamily AND a.amopstrategy = 3
            AND a.amoplefttype = oc.opcintype AND a.amoprighttype = oc.opcintype
          JOIN pg_operator o ON o.oid = COALESCE(c.conexclop[p], a.amopopr)
          JOIN pg_namespace n ON n.oid = o.oprnamespace
          ORDER BY p
        ),
        ARRAY(
          SELECT DISTINCT quote_ident(a.attname)
          FROM pg_depend d
          JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
            AND (d.classid, d.objid) IN (('pg_class'::regclass, i.indexrelid), ('pg_constraint'::regclass, c.oid))
        )
      FROM pg_index i
      JOIN pg_class r ON r.oid = i.indexrelid
      LEFT JOIN pg_constraint c
        ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
      WHERE i.indrelid = $1::text::regclass AND i.indisvalid
        AND (i.indisunique AND NOT i.indisprimary OR c.conexclop IS NOT NULL)
      ORDER BY 1\
      """;

  private static final String ROW_RULES =
      """
      SELECT
        c.conname::text,
        pg_get_expr(c.conbin, c.conrelid),
        ARRAY(
          SELECT quote_ident(a.attname) FROM pg_attribute a
          WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        ),
        NULL::text
      FROM pg_constraint c
      WHERE c.conrelid = $1::text::regclass AND c.contype = 'c'
        AND COALESCE((to_jsonb(c) ->> 'conenforced')::boolean, TRUE)
      UNION ALL
      SELECT
        COALESCE(
          (
            SELECT c.conname::text FROM pg_constraint c
            WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND c.conkey = ARRAY[a.attnum]
          ),
          a.attname || ' NOT NULL'
        ),
        format('%I IS NOT NULL', a.attname),
        ARRAY[quote_ident(a.attname)],
        quote_ident(a.attname)
      FROM pg_attribute a
      WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND a.attnotnull
        AND NOT a.attisdropped AND a.attgenerated <> 'v'
      UNION ALL
      SELECT
        'partition of ' || c.relname,
        COALESCE(
          (
            SELECT string_agg(
              '(' || COALESCE(pg_get_partition_constraintdef(p.relid), 'TRUE') || ')', ' OR ')
            FROM pg_partition_tree(c.oid) p
            WHERE p.isleaf
          ),
          'FALSE'
        ),
        '{}'::text[],
        NULL
      FROM pg_class c
      WHERE c.oid = $1::text::regclass AND c.relkind = 'p'
      ORDER BY 1\
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT
        c.conname::text, cn.nspname::text, ct.relname::text, pn.nspname::text, pt.relname::text,
        ARRAY(
          SELECT quote_ident(a.attname)
          FROM unnest(c.conkey) WITH ORDINALITY k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
          ORDER BY k.place
        ),
        ARRAY(
          SELECT quote_ident(a.attname)
          FROM unnest(c.confkey) WITH ORDINALITY k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum
          ORDER BY k.place
        ),
        ARRAY(
          SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
          FROM unnest(c.conpfeqop) WITH ORDINALITY e (operator, place)
          JOIN pg_operator o ON o.oid = e.operator
          JOIN pg_namespace n ON n.oid = o.oprnamespace
          ORDER BY e.place
        ),
        c.confmatchtype = 'f',
        c.confdeltype = 'a' AND c.confupdtype = 'a',
        pg_get_partition_constraintdef(c.conrelid),
        pg_get_partition_constraintdef(c.confrelid),
        c.confdeltype IN ('c', 'd') OR c.confdeltype = 'n' AND NOT EXISTS (
          SELECT FROM pg_attribute a
          WHERE a.attrelid = c.conrelid AND a.attnotnull
            AND a.attnum::text IN (
              SELECT jsonb_array_elements_text(
                COALESCE(NULLIF(to_jsonb(c) -> 'confdelsetcols', 'null'), to_jsonb(c.conkey)))
            )
        ),
        c.confupdtype IN ('c', 'd', 'n')
      FROM pg_constraint c
      JOIN pg_class ct ON ct.oid = COALESCE(pg_partition_root(c.conrelid), c.conrelid)
      JOIN pg_namespace cn ON cn.oid = ct.relnamespace
      JOIN pg_class pt ON pt.oid = COALESCE(pg_partition_root(c.confrelid), c.confrelid)
      JOIN pg_namespace pn ON pn.oid = pt.relnamespace
      WHERE c.contype = 'f' AND c.conparentid = 0
        AND (ct.oid = $1::text::regclass OR pt.oid = $1::text::regclass)
        AND COALESCE((to_jsonb(c) ->> 'conenforced')::boolean, TRUE)
        AND NOT COALESCE((to_jsonb(c) ->> 'conperiod')::boolean, FALSE)
      ORDER BY 1, 2, 3\
      """;

  private final Session session;

  public ConstraintCatalog(Session session) {
    this.session = session;
  }

  /**
   * Two rows may not relate in this way: uniqueness, or exclusion.
   *
   * @param name of the constraint or index
   * @param nullsEqual whether null equals null
   * @param predicate of rows that it is about, null for all
   * @param expressions over the row's columns
   * @param operators one for each expression
   * @param columns that it is about, quoted where needed
   */
  public record PairRule(
      String name,
      boolean nullsEqual,
      String predicate,
      List<String> expressions,
      List<String> operators,
      List<String> columns) {}

  /**
   * What must not be false of a row.
   *
   * @param name of the constraint
   * @param expression over the row's columns
   * @param columns that it is about, quoted where needed
   * @param required the column that it wants not to be null; null of other rules
   */
  public record RowRule(String name, String expression, List<String> columns, String required) {}

  /**
   * A foreign key. Columns are quoted.
   *
   * @param name of the constraint
   * @param child the table that refers
   * @param parent the table referred to
   * @param childColumns in its order
   * @param parentColumns in its order
   * @param operators to compare parent's with child's
   * @param matchFull whether all columns are null or none
   * @param restrictsOnly whether the parent's change is refused and nothing else
   * @param childPart if only a partition of the child refers: its rows, over its columns; else null
   * @param parentPart if a partition of the parent is referred to: its rows, over its columns; else
   *     null
   * @param followsDelete whether PostgreSQL deletes or changes rows of the child when their parent
   *     is deleted
   * @param followsUpdate whether it changes them when the parent's columns are
   */
  public record ForeignKey(
      String name,
      TablePath child,
      TablePath parent,
      List<String> childColumns,
      List<String> parentColumns,
      List<String> operators,
      boolean matchFull,
      boolean restrictsOnly,
      String childPart,
      String parentPart,
      boolean followsDelete,
      boolean followsUpdate) {}

  public List<PairRule> pairRules(TablePath table) {
    return session.list(
        PAIR_RULES,
        row ->
            new PairRule(
                row.getString(0),
                row.getBoolean(1),
                row.getString(2),
                list(row, 3),
                list(row, 4),
                list(row, 5)),
        name(table));
  }

  public List<RowRule> rowRules(TablePath table) {
    return session.list(
        ROW_RULES,
        row -> new RowRule(row.getString(0), row.getString(1), list(row, 2), row.getString(3)),
        name(table));
  }

  /**
   * Foreign keys of the table, and those of other tables that refer to it; of partitions the tables
   * that they are part of are named.
   */
  public List<ForeignKey> foreignKeys(TablePath table) {
    return session.list(
        FOREIGN_KEYS,
        row ->
            new ForeignKey(
                row.getString(0),
                new TablePath(row.getString(1), row.getString(2)),
                new TablePath(row.getString(3), row.getString(4)),
                list(row, 5),
                list(row, 6),
                list(row, 7),
                row.getBoolean(8),
                row.getBoolean(9),
                row.getString(10),
                row.getString(11),
                row.getBoolean(12),
                row.getBoolean(13)),
        name(table));
  }

  private static List<String> list(Row row, int column) {
    return Arrays.asList(row.getArrayOfStrings(column));
  }

  private static String name(TablePath table) {
    return Quote.qualified(table.schema(), table.table());
  }
}
