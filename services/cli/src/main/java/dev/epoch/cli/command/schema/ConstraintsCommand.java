package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.DdlDefaults;
import dev.epoch.cli.text.Columns;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch constraints}. */
@Command(name = "constraints", description = "Constraints of live tables.")
public final class ConstraintsCommand {
  private static final List<String> LIMITS =
      List.of("lock_timeout", "statement_timeout", "retries");

  private static void print(EpochSubcommand command, JsonNode changed) {
    if (command.output().json()) {
      command.output().json(changed);
    } else {
      changed.path("statements").forEach(sql -> command.output().line(sql.asText() + ";"));
    }
  }

  private static void put(ObjectNode body, String field, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = body.putArray(field);
      values.forEach(array::add);
    }
  }

  private static void put(ObjectNode body, String field, String value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  /** {@code epoch constraints list}. */
  @Command(name = "list", description = "Constraints and indexes of a table.")
  public static final class Listing extends EpochSubcommand {
    @Parameters(paramLabel = "<table>", description = "Name of the table.")
    private String table;

    @Option(
        names = "--at",
        paramLabel = "<ref>",
        description = "As recorded at this ref (default: as the database has them).")
    private String at;

    /** The command in a session. */
    public Listing(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      JsonNode found = client().schemas().constraints(table, at == null ? null : session().ref(at));
      if (output().json()) {
        output().json(found);
        return ExitCode.OK;
      }
      List<List<String>> rows = new ArrayList<>();
      if (found.hasNonNull("primary_key")) {
        rows.add(row(found.path("primary_key")));
      }
      for (String kind :
          List.of(
              "unique_constraints", "foreign_keys", "check_constraints", "exclusion_constraints")) {
        found.path(kind).forEach(constraint -> rows.add(row(constraint)));
      }
      Columns.aligned(List.of("NAME", "DEFINITION"), rows).forEach(line -> output().line(line));
      JsonNode support = found.path("support");
      if (!support.path("can_enforce").asBoolean(true)) {
        output().line("");
        output()
            .line(
                "Constraints are stored, not enforced (" + support.path("backend").asText() + ")");
      }
      return ExitCode.OK;
    }

    private static List<String> row(JsonNode constraint) {
      return List.of(
          constraint.path("name").asText(),
          constraint.path("definition").asText()
              + (constraint.path("validated").asBoolean(true) ? "" : " (not validated)"));
    }
  }

  /** {@code epoch constraints add}. */
  @Command(name = "add", description = "Add a constraint to a live table.")
  public static final class Add extends EpochSubcommand {
    @Parameters(index = "0", paramLabel = "<table>", description = "Name of the table.")
    private String table;

    @Parameters(index = "1", paramLabel = "<name>", description = "Name of the constraint.")
    private String name;

    @Option(
        names = "--unique",
        split = ",",
        paramLabel = "<columns>",
        description = "Their values are unique.")
    private List<String> unique = List.of();

    @Option(
        names = "--check",
        paramLabel = "<expression>",
        description = "It is true of every record.")
    private String check;

    @Option(
        names = "--foreign-key",
        split = ",",
        paramLabel = "<columns>",
        description = "They refer to --references.")
    private List<String> foreignKey = List.of();

    @Option(
        names = "--references",
        paramLabel = "<table>",
        description = "What a foreign key refers to.")
    private String references;

    @Option(
        names = "--references-columns",
        split = ",",
        paramLabel = "<columns>",
        description = "Columns of it (default: its primary key).")
    private List<String> referencesColumns = List.of();

    @Option(
        names = "--on-delete",
        paramLabel = "<action>",
        description = "cascade, set null, restrict ...")
    private String onDelete;

    @Option(names = "--on-update", paramLabel = "<action>", description = "The same for updates.")
    private String onUpdate;

    @Option(names = "--online", description = "Beside writers: add it first, then validate it.")
    private boolean online;

    @Option(
        names = "--lock-timeout",
        paramLabel = "<duration>",
        description = "How long a try waits for locks (default: 30s).")
    private String lockTimeout;

    /** The command in a session. */
    public Add(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      int kinds =
          (unique.isEmpty() ? 0 : 1) + (check == null ? 0 : 1) + (foreignKey.isEmpty() ? 0 : 1);
      if (kinds != 1) {
        throw CommandFailure.usage("say one of --unique, --check and --foreign-key");
      }
      ObjectNode body = JsonNodeFactory.instance.objectNode().put("name", name);
      body.put("type", !unique.isEmpty() ? "unique" : check != null ? "check" : "foreign_key");
      put(body, "columns", unique.isEmpty() ? foreignKey : unique);
      put(body, "expression", check);
      put(body, "references_table", references);
      put(body, "references_columns", referencesColumns);
      put(body, "on_delete", onDelete);
      put(body, "on_update", onUpdate);
      put(body, "lock_timeout", lockTimeout);
      session().settings().ddl().complete(body, LIMITS);
      body.put("online", online);
      print(this, client().schemas().add(table, "constraints", body));
      return ExitCode.OK;
    }
  }

  /** {@code epoch constraints remove} and {@code epoch indexes remove}. */
  @Command(name = "remove", description = "Remove it from a live table.")
  public static final class Remove extends EpochSubcommand {
    private final String kind;

    @Parameters(index = "0", paramLabel = "<table>", description = "Name of the table.")
    private String table;

    @Parameters(index = "1", paramLabel = "<name>", description = "What to remove.")
    private String name;

    @Option(names = "--online", description = "Of an index: beside writers.")
    private boolean online;

    @Option(
        names = "--lock-timeout",
        paramLabel = "<duration>",
        description = "How long a try waits for locks (default: 30s).")
    private String lockTimeout;

    /**
     * The command in a session.
     *
     * @param kind {@code constraints} or {@code indexes}
     */
    public Remove(Session session, String kind) {
      super(session);
      this.kind = kind;
    }

    @Override
    protected ExitCode run() {
      if (online && kind.equals("constraints")) {
        throw CommandFailure.usage("--online is about indexes");
      }
      DdlDefaults ddl = session().settings().ddl();
      print(
          this,
          client()
              .schemas()
              .remove(
                  table,
                  kind,
                  name,
                  online || kind.equals("indexes") && ddl.concurrently(),
                  lockTimeout == null ? ddl.lockTimeout().orElse(null) : lockTimeout));
      return ExitCode.OK;
    }
  }

  /** {@code epoch indexes add}. */
  @Command(name = "add", description = "Add an index to a live table.")
  public static final class AddIndex extends EpochSubcommand {
    @Parameters(index = "0", paramLabel = "<table>", description = "Name of the table.")
    private String table;

    @Parameters(index = "1", paramLabel = "<name>", description = "Name of the index.")
    private String name;

    @Option(
        names = "--columns",
        split = ",",
        required = true,
        paramLabel = "<columns>",
        description = "In order; email:desc for descending.")
    private List<String> columns;

    @Option(
        names = "--method",
        paramLabel = "<method>",
        description = "btree, hash, gist, gin or brin (default: btree).")
    private String method;

    @Option(names = "--unique", description = "It keeps values unique.")
    private boolean unique;

    @Option(
        names = "--where",
        paramLabel = "<condition>",
        description = "Only records of which this is true.")
    private String where;

    @Option(
        names = "--include",
        split = ",",
        paramLabel = "<columns>",
        description = "Columns that it carries along.")
    private List<String> include = List.of();

    @Option(names = "--online", description = "Beside writers: CREATE INDEX CONCURRENTLY.")
    private boolean online;

    @Option(
        names = "--lock-timeout",
        paramLabel = "<duration>",
        description = "How long a try waits for locks (default: 30s).")
    private String lockTimeout;

    /** The command in a session. */
    public AddIndex(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      ObjectNode body = JsonNodeFactory.instance.objectNode().put("name", name);
      ArrayNode keys = body.putArray("columns");
      for (String column : columns) {
        int colon = column.lastIndexOf(':');
        ObjectNode key =
            keys.addObject().put("name", colon < 0 ? column : column.substring(0, colon));
        if (colon >= 0) {
          key.put("sort_order", column.substring(colon + 1));
        }
      }
      put(body, "method", method);
      put(body, "where_clause", where);
      put(body, "include_columns", include);
      put(body, "lock_timeout", lockTimeout);
      DdlDefaults ddl = session().settings().ddl();
      ddl.complete(body, LIMITS);
      body.put("unique", unique).put("online", online || ddl.concurrently());
      print(this, client().schemas().add(table, "indexes", body));
      return ExitCode.OK;
    }
  }
}
