package dev.epoch.storage.postgres.schema;

import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * All that the catalogs hold of some schemas, as rows: a dozen statements, sent together, however
 * many objects there are; some more where those of a former reading are known.
 */
record CatalogRows(
    List<Row> relations,
    RelationRows ofRelations,
    List<Row> triggers,
    List<Row> policies,
    List<Row> types,
    List<Row> sequences,
    List<Row> routines,
    List<Row> extensions,
    List<Row> comments,
    List<Row> privileges,
    List<Row> dependencies) {

  private static final int NULLS_NOT_DISTINCT_SINCE = 150_000;

  private static final String RELATIONS = resource("relations");
  private static final String TRIGGERS = resource("triggers");
  private static final String POLICIES = resource("policies");
  private static final String TYPES = resource("types");
  private static final String SEQUENCES = resource("sequences");
  private static final String ROUTINES = resource("routines");
  private static final String EXTENSIONS = resource("extensions");
  private static final String COMMENTS = resource("comments");
  private static final String PRIVILEGES = resource("privileges");
  private static final String DEPENDENCIES = resource("dependencies");

  static CatalogRows read(Session session, List<String> schemas) {
    return read(session, schemas, RelationRows::ask);
  }

  /**
   * @param former rows of these schemas from a former reading, null if there are none
   */
  static CatalogRows read(Session session, List<String> schemas, RelationRows former) {
    return read(
        session,
        schemas,
        (reading, version, names) -> RelationRows.ask(reading, version, names, former));
  }

  private interface Relations {
    Supplier<RelationRows> ask(Session session, int version, String[] schemas);
  }

  private static CatalogRows read(Session session, List<String> schemas, Relations asked) {
    int version = version(session);
    String[] names = schemas.toArray(String[]::new);
    Function<String, Supplier<List<Row>>> ofSchemas =
        sql -> session.ask(sql, Function.identity(), (Object) names);
    Function<String, Supplier<List<Row>>> ofAll = sql -> session.ask(sql, Function.identity());
    Supplier<List<Row>> relations = ofSchemas.apply(RELATIONS);
    Supplier<RelationRows> ofRelations = asked.ask(session, version, names);
    Supplier<List<Row>> triggers = ofSchemas.apply(TRIGGERS);
    Supplier<List<Row>> policies = ofSchemas.apply(POLICIES);
    Supplier<List<Row>> types = ofSchemas.apply(TYPES);
    Supplier<List<Row>> sequences = ofSchemas.apply(SEQUENCES);
    Supplier<List<Row>> routines = ofSchemas.apply(ROUTINES);
    Supplier<List<Row>> extensions = ofAll.apply(EXTENSIONS);
    Supplier<List<Row>> comments = ofAll.apply(COMMENTS);
    Supplier<List<Row>> privileges = ofSchemas.apply(PRIVILEGES);
    Supplier<List<Row>> dependencies = ofSchemas.apply(DEPENDENCIES);
    return new CatalogRows(
        relations.get(),
        ofRelations.get(),
        triggers.get(),
        policies.get(),
        types.get(),
        sequences.get(),
        routines.get(),
        extensions.get(),
        comments.get(),
        privileges.get(),
        dependencies.get());
  }

  List<Row> columns() {
    return ofRelations.columns();
  }

  List<Row> constraints() {
    return ofRelations.constraints();
  }

  List<Row> indexes() {
    return ofRelations.indexes();
  }

  /** The statement of {@code indexes.sql} for a version of PostgreSQL. */
  static String ofVersion(String indexes, int version) {
    return indexes.replace(
        "{nulls_not_distinct}",
        version >= NULLS_NOT_DISTINCT_SINCE ? "i.indnullsnotdistinct" : "false");
  }

  static int version(Session session) {
    return session
        .first("SELECT current_setting('server_version_num')::integer", row -> row.getInteger(0))
        .orElseThrow();
  }

  static String resource(String name) {
    String path = "/dev/epoch/storage/postgres/schema/" + name + ".sql";
    try (InputStream in = CatalogRows.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
