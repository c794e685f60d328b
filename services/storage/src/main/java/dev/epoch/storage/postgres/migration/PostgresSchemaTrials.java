package dev.epoch.storage.postgres.migration;

import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.postgres.schema.PostgresSchemaReader;
import dev.epoch.storage.schema.SchemaTrials;
import dev.epoch.storage.sql.SqlScript;
import dev.epoch.storage.sql.SqlToken;
import dev.epoch.storage.sql.SqlTokens;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** In schemas that nobody ever sees: the transaction that makes them is rolled back. */
public final class PostgresSchemaTrials implements SchemaTrials {
  /** For what names a table of another schema, which is the users' own. */
  private static final String LIMITS =
      "SET LOCAL lock_timeout = 2000; SET LOCAL statement_timeout = 60000;"
          + " SET LOCAL check_function_bodies = off; SET LOCAL client_min_messages = warning";

  private final Database database;

  public PostgresSchemaTrials(Database database) {
    this.database = database;
  }

  @Override
  public Trial tryOut(
      List<String> schemas, Optional<DatabaseSchema> objects, List<String> statements) {
    AtomicReference<Trial> result = new AtomicReference<>();
    database.alone(session -> {
      session.run("BEGIN; " + LIMITS);
      try {
        result.set(tryOut(session, schemas, objects, statements));
      } finally {
        session.run("ROLLBACK");
      }
    });
    return result.get();
  }

  private static Trial tryOut(
      Session session,
      List<String> schemas,
      Optional<DatabaseSchema> objects,
      List<String> statements) {
    Map<String, String> scratch = new LinkedHashMap<>();
    Map<String, String> back = new LinkedHashMap<>();
    String mark = UUID.randomUUID().toString().substring(0, 8);
    for (String schema : schemas) {
      String name = "epoch_trial_" + mark + "_" + scratch.size();
      scratch.put(schema, name);
      back.put(name, schema);
    }
    DatabaseSchema copy =
        withoutExtensions(objects.orElseGet(() -> PostgresSchemaReader.read(session, scratch)));
    scratch.values().forEach(name -> session.run("CREATE SCHEMA " + Quote.identifier(name)));
    new PostgresDialect()
        .statements(DatabaseSchema.of(List.of()), copy, MigrationOptions.TRANSACTIONAL)
        .forEach(statement ->
            session.run(objects.isEmpty() ? statement.sql() : renamed(statement.sql(), scratch)));
    DatabaseSchema before = withoutExtensions(PostgresSchemaReader.read(session, back));
    String path =
        scratch.values().stream().map(Quote::identifier).collect(Collectors.joining(", "))
            + ", "
            + schemas.stream().map(Quote::identifier).collect(Collectors.joining(", "));
    for (int i = 0; i < statements.size(); i++) {
      String sql = renamed(statements.get(i), scratch);
      if (sql.isEmpty()) {
        continue;
      }
      session.run("SAVEPOINT trial; SET LOCAL search_path = " + path);
      try {
        session.run(sql);
        session.run("SET LOCAL search_path = pg_catalog; RELEASE trial");
      } catch (RuntimeException failure) {
        PgException error = SqlErrors.serverError(failure);
        if (error == null) {
          throw failure;
        }
        session.run("ROLLBACK TO trial; SET LOCAL search_path = pg_catalog");
        return new Trial(
            before,
            withoutExtensions(PostgresSchemaReader.read(session, back)),
            Optional.of(new Failure(i, message(error, back))));
      }
    }
    return new Trial(
        before, withoutExtensions(PostgresSchemaReader.read(session, back)), Optional.empty());
  }

  @Override
  public List<DatabaseSchema> replay(String schema, List<Script> scripts) {
    List<DatabaseSchema> states = new ArrayList<>();
    String name = "epoch_trial_" + UUID.randomUUID().toString().substring(0, 8);
    database.alone(session -> {
      states.clear();
      session.run("BEGIN; " + LIMITS + "; CREATE SCHEMA " + Quote.identifier(name));
      try {
        for (Script script : scripts) {
          run(session, schema, name, script);
          states.add(withoutExtensions(PostgresSchemaReader.read(session, Map.of(name, schema))));
        }
      } finally {
        session.run("ROLLBACK");
      }
    });
    return states;
  }

  private static void run(Session session, String schema, String name, Script script) {
    session.run(
        "SET LOCAL search_path = %s, %s"
            .formatted(Quote.identifier(name), Quote.identifier(schema)));
    for (String sql : SqlScript.statements(script.sql())) {
      try {
        session.run(renamed(sql, Map.of(schema, name)));
      } catch (RuntimeException failure) {
        PgException error = SqlErrors.serverError(failure);
        if (error == null) {
          throw failure;
        }
        throw new QueryRefusedException(
            script.name()
                + " cannot be run again: "
                + message(error, Map.of(name, schema))
                + ", in: "
                + sql.lines().findFirst().orElse(""),
            "Migrations are run again in an empty schema to learn what each one made of it");
      }
    }
    session.run("SET LOCAL search_path = pg_catalog");
  }

  private static String message(PgException error, Map<String, String> back) {
    String message = error.getErrorMessage();
    for (Map.Entry<String, String> name : back.entrySet()) {
      message = message.replace(name.getKey(), name.getValue());
    }
    return message;
  }

  private static DatabaseSchema withoutExtensions(DatabaseSchema schema) {
    return DatabaseSchema.of(
        schema.objects().values().stream()
            .filter(object -> object.kind() != ObjectKind.EXTENSION)
            .toList());
  }

  /** With the names of the copies, and without what no transaction takes. */
  static String renamed(String sql, Map<String, String> names) {
    List<SqlToken> tokens = SqlTokens.of(sql);
    if (tokens.isEmpty() || tokens.getFirst().is("reindex")) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int i = 0; i < tokens.size(); i++) {
      SqlToken token = tokens.get(i);
      boolean named = token.isName() && names.containsKey(token.value());
      boolean first = i == 0 || !tokens.get(i - 1).is('.');
      boolean qualifies = i + 1 < tokens.size() && tokens.get(i + 1).is('.');
      boolean schema = i > 0 && tokens.get(i - 1).is("schema");
      if (named && first && (qualifies || schema)) {
        text.append(sql, from, token.start()).append(Quote.identifier(names.get(token.value())));
        from = token.end();
      } else if (token.is("concurrently")) {
        text.append(sql, from, token.start());
        from = token.end();
      }
    }
    return text.append(sql, from, sql.length()).toString();
  }
}
