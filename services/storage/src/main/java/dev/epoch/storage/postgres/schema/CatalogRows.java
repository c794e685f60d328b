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
 * many objects there are.
 */
record CatalogRows(
    List<Row> relations,
    List<Row> columns,
    List<Row> constraints,
    List<Row> indexes,
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
  private static final String COLUMNS = resource("columns");
  private static final String CONSTRAINTS = resource("constraints");
  private static final String INDEXES = resource("indexes");
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
    int version = version(session);
    String indexes =
        INDEXES.replace(
            "{nulls_not_distinct}",
            version >= NULLS_NOT_DISTINCT_SINCE ? "i.indnullsnotdistinct" : "false");
    String[] names = schemas.toArray(String[]::new);
    Function<String, Supplier<List<Row>>> ofSchemas =
        sql -> session.ask(sql, Function.identity(), (Object) names);
    Function<String, Supplier<List<Row>>> ofAll = sql -> session.ask(sql, Function.identity());
    Supplier<List<Row>> relations = ofSchemas.apply(RELATIONS);
    Supplier<List<Row>> columns = ofSchemas.apply(COLUMNS);
    Supplier<List<Row>> constraints = ofSchemas.apply(CONSTRAINTS);
    Supplier<List<Row>> indexRows = ofSchemas.apply(indexes);
    Supplier<List<Row>> triggers = ofSchemas.apply(TRIGGERS);
    Supplier<List<Row>> policies = ofSchemas.apply(POLICIES);
    Supplier<List<Row>> types = ofSchemas.apply(TYPES);
    Supplier<List<Row>> sequences = ofSchemas.apply(SEQUENCES);
    Supplier<List<Row>> routines = ofSchemas.apply(ROUTINES);
    Supplier<List<Row>> extensions = ofAll.apply(EXTENSIONS);
    Supplier<List<Row>> comments = ofAll.apply(COMMENTS);
    Supplier<List<Row>> privileges = ofSchemas.apply(PRIVILEGES);
    Supplier<List<Row>> dependencies = ofAll.apply(DEPENDENCIES);
    return new CatalogRows(
        relations.get(),
        columns.get(),
        constraints.get(),
        indexRows.get(),
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
