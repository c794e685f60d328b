package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.Repoint;
import dev.epoch.storage.operation.Operation.SchemaStep;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Views, functions and types that a merge makes, of users: {@code made_objects.sql}; on branches
 * also what stands on tables. Statements name them in the users' schemas.
 */
final class MadeObjects {
  /** Texts between quotes, or between dollars. */
  private static final String LITERAL = "'(?:[^']|'')*'|\\$(\\w*)\\$.*?\\$\\1\\$";

  private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[\\w$]+)";

  private static final Pattern FILLED =
      Pattern.compile("(CREATE MATERIALIZED VIEW .*?)\\s*;?\\s*", Pattern.DOTALL);

  private static final Pattern ENUM =
      Pattern.compile(
          "(?:CREATE TYPE (?=.* AS ENUM)|CREATE DOMAIN |(?<drop>DROP (?:TYPE|DOMAIN) IF EXISTS ))(?<name>(?:\"(?:[^\"]|\"\")+\"|[^\\s\"])+)",
          Pattern.DOTALL);

  private static final Pattern OWNER =
      Pattern.compile(
          "ALTER (?<kind>VIEW|MATERIALIZED VIEW|SEQUENCE|FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN) (?<name>.+) OWNER TO (?<role>"
              + NAME
              + ")",
          Pattern.DOTALL);

  /** Names are looked up by the path as it is. */
  private static final String GIVE =
      """
      SELECT epoch.give_made_objects($1, $2, ARRAY(
          SELECT CASE
            WHEN m.kind IN ('FUNCTION', 'PROCEDURE', 'AGGREGATE')
              THEN concat('routine ', pg_catalog.to_regprocedure(m.name)::pg_catalog.oid)
            WHEN m.kind IN ('TYPE', 'DOMAIN') THEN concat('type ', pg_catalog.to_regtype(m.name)::pg_catalog.oid)
            ELSE concat('relation ', pg_catalog.to_regclass(m.name)::pg_catalog.oid)
          END
          FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS m (kind, name, place)
          ORDER BY m.place
        ), $5, $6, $7)\
      """;

  private static final Pattern LABEL =
      Pattern.compile("ALTER TYPE (?<name>(?:\"(?:[^\"]|\"\")+\"|[^\\s\"])+) ADD VALUE (?!IF )");

  private static final Pattern FUNCTION =
      Pattern.compile("CREATE OR REPLACE FUNCTION (?<name>" + NAME + "\\." + NAME + ")\\(");

  /** What is about a part of a table, or what stands on it. */
  private static final Pattern PART =
      Pattern.compile(
          "CREATE (?:CONSTRAINT )?(?<kind>TRIGGER|POLICY) (?<part>"
              + NAME
              + ")|DROP (?:TRIGGER|POLICY) |ALTER TABLE |COMMENT ON (?:TABLE|COLUMN|TRIGGER|POLICY) ");

  private static final Pattern ONE_NAME = Pattern.compile("\\s*(" + NAME + ")");

  private MadeObjects() {}

  /** The statement; a materialized view is made empty, and filled when it has its owner. */
  static String unfilled(String sql) {
    Matcher made = FILLED.matcher(sql);
    return made.matches() ? made.group(1) + "\nWITH NO DATA" : sql;
  }

  /** Whether a statement gives an object to a role. */
  static boolean isOfOwner(String sql) {
    return OWNER.matcher(sql).matches();
  }

  /** A text of the log with the functions and sequences that the branch has of its own. */
  static String placed(Session session, BranchHandle branch, String told) {
    return branch.isDefault() || told == null
        ? told
        : session
            .first(
                "SELECT epoch.routines_as_placed($1, $2)",
                row -> row.getString(0),
                branch.id(),
                told)
            .orElse(told);
  }

  /**
   * Gives what was made beside live tables to those who made it first, else to the owner of a
   * table.
   *
   * @param statements among which those are that name who made it
   * @param role in whose session that was asked for; null for who may do what the server may
   */
  static void give(Session session, String tableId, List<String> statements, String role) {
    give(session, tableId, null, statements, role, false);
  }

  /**
   * @param begins whether what nobody would answer for is left out instead of refused
   * @return names of what was left out
   */
  private static List<String> give(
      Session session,
      String tableId,
      String schema,
      List<String> statements,
      String role,
      boolean begins) {
    List<Matcher> makers =
        statements.stream().map(OWNER::matcher).filter(Matcher::matches).toList();
    try {
      return session.list(
          GIVE,
          row -> row.getString(0),
          tableId,
          schema,
          makers.stream().map(maker -> maker.group("kind")).toArray(String[]::new),
          makers.stream().map(maker -> maker.group("name")).toArray(String[]::new),
          makers.stream().map(maker -> unquoted(maker.group("role"))).toArray(String[]::new),
          role,
          begins);
    } catch (RuntimeException failure) {
      throw Refusals.of(
          failure, "What comes with the merge cannot be given to its owner", "Merge again");
    }
  }

  /**
   * What a merge has made or changed means live objects, whatever it came from.
   *
   * @param tableIds of live tables that it has given another schema
   * @throws QueryRefusedException where something would need an object that only a branch has
   */
  static void requireLive(Session session, List<String> tableIds) {
    tableIds.forEach(
        id -> session.list("SELECT epoch.mean_live_objects($1)::text", row -> row, id));
    session
        .first(
            "SELECT dependent, needed, branch FROM epoch.live_needs($1) LIMIT 1",
            row -> row,
            (Object) tableIds.toArray(String[]::new))
        .ifPresent(need -> {
          throw new QueryRefusedException(
              "The merge would make live %s need %s, which only branch %s has"
                  .formatted(need.getString(0), need.getString(1), need.getString(2)),
              "Commit it on the branch with --include-schema, or register it there if it is a table"
                  + " (epoch table add NAME --branch %s), and merge again"
                      .formatted(need.getString(2)));
        });
  }

  /**
   * Makes what rows of the operation need before they come: on a branch the functions and sequences
   * that its tables get, of live tables functions that compute columns. These are made again with
   * the tables.
   */
  static void neededByRows(Session session, Operation operation) {
    SchemaStatements run = new SchemaStatements(session);
    for (TableOperation table : operation.tables()) {
      SchemaStep step =
          switch (table) {
            case MergeRows merge -> merge.step();
            case Repoint repoint -> repoint.step();
            default -> null;
          };
      StepStatements statements = StepStatements.of(step);
      List<String> first = statements.first();
      if (first.isEmpty()) {
        continue;
      }
      if (operation.branch().isDefault()) {
        run.run(
            first.stream()
                .filter(sql -> {
                  Matcher function = FUNCTION.matcher(sql);
                  return function.lookingAt() && computes(operation, function.group("name") + "(");
                })
                .toList());
      } else {
        onBranch(
            session,
            operation.branch(),
            table.table().table().id(),
            Stream.concat(first.stream(), statements.last().stream().filter(MadeObjects::isOfOwner))
                .toList(),
            run::run,
            operation.role(),
            false);
      }
    }
  }

  private static boolean computes(Operation operation, String call) {
    return operation.tables().stream()
        .filter(MergeRows.class::isInstance)
        .map(table -> ((MergeRows) table).step())
        .filter(Objects::nonNull)
        .flatMap(step -> step.schema().columns().stream())
        .anyMatch(column -> column.generated() && column.generatedExpression().contains(call));
  }

  /**
   * Those of a branch; of live tables they come with these.
   *
   * @param role in whose session that was asked for; null for who may do what the server may
   */
  static void onBranch(
      Session session,
      List<OperationTable> tables,
      Function<StepStatements, List<String>> statements,
      String role) {
    SchemaStatements run = new SchemaStatements(session);
    for (OperationTable table : tables) {
      SchemaStep step =
          switch (table.operation()) {
            case MergeRows merge -> merge.step();
            case Repoint repoint -> repoint.step();
            default -> null;
          };
      if (!table.branch().isDefault()) {
        List<String> sql = statements.apply(StepStatements.of(step));
        if (!sql.isEmpty()) {
          onBranch(session, table.branch(), table.id(), sql, run::run, role, false);
        }
      }
    }
  }

  /**
   * Runs statements that mean objects of a branch: what a statement is about is in the branch's
   * first schema, whatever else it names is what a session on the branch finds. What is about a
   * part of a layered table is kept until that is open.
   *
   * @param tableId of a table whose owner gets what is made
   * @param run what runs one of them
   * @param role in whose session that was asked for; null for who may do what the server may
   * @param begins whether what nobody would answer for is left out instead of refused
   * @return names of what was left out
   */
  static List<String> onBranch(
      Session session,
      BranchHandle branch,
      String tableId,
      List<String> statements,
      Consumer<String> run,
      String role,
      boolean begins) {
    session.list("SELECT epoch.create_branch_schemas($1)::text", row -> row, branch.id());
    Row places =
        session
            .first(
                """
                SELECT b.changed_schema, b.base_schema, ARRAY(
                    SELECT DISTINCT coalesce(t.home_schema, t.schema_name) FROM epoch.tables AS t ORDER BY 1)
                FROM epoch.branches AS b WHERE b.branch_id = $1\
                """,
                row -> row,
                branch.id())
            .orElseThrow();
    String own = places.getString(0);
    List<String> users = List.of(places.getArrayOfStrings(2));
    String path =
        Stream.concat(Stream.of(own, places.getString(1)), users.stream())
            .map(Quote::identifier)
            .collect(Collectors.joining(", "));
    session.run("SET LOCAL search_path = " + path);
    Pattern names = names(users);
    List<String> ofOwners = new ArrayList<>();
    for (String sql : statements) {
      String there = onBranch(sql, names, Quote.identifier(own));
      if (isOfOwner(there)) {
        ofOwners.add(there);
        continue;
      }
      Matcher label = LABEL.matcher(sql);
      if (label.lookingAt()) {
        // of a type that sessions on the branch find live it gets one of its own
        session.list(
            "SELECT epoch.own_enum($1, $2)::text", row -> row, branch.id(), label.group("name"));
        run.accept(
            LABEL.matcher(there).replaceFirst("ALTER TYPE ${name} ADD VALUE IF NOT EXISTS "));
        continue;
      }
      for (String one : PART.matcher(sql).lookingAt() ? anew(there) : List.of(there)) {
        if (!isDoneByColumns(session, one) && !isKept(session, branch, sql, names, one, path)) {
          run.accept(one);
        }
      }
    }
    List<String> left = give(session, tableId, own, ofOwners, role, begins);
    session.run("SET LOCAL search_path = pg_catalog");
    return left;
  }

  /** The table may have a part of the name that nobody told of: a live one. */
  private static List<String> anew(String sql) {
    Matcher part = PART.matcher(sql);
    Matcher on = Pattern.compile(" ON (" + NAME + "\\." + NAME + ")").matcher(sql);
    return part.lookingAt() && part.group("kind") != null && on.find(part.end())
        ? List.of(
            "DROP %s IF EXISTS %s ON %s"
                .formatted(part.group("kind"), part.group("part"), on.group(1)),
            sql)
        : List.of(sql);
  }

  /** Whether the statement is about a layered table of the branch, and waits until it is open. */
  private static boolean isKept(
      Session session, BranchHandle branch, String sql, Pattern names, String there, String path) {
    Matcher found = names.matcher(sql);
    if (!PART.matcher(sql).lookingAt()) {
      return false;
    }
    while (found.find()) {
      Matcher table = ONE_NAME.matcher(sql).region(found.end(), sql.length());
      if (found.group("schema") != null && table.lookingAt()) {
        return session
            .first(
                "SELECT epoch.keep_brought_part($1, $2, $3, $4, $5)",
                row -> row.getBoolean(0),
                branch.id(),
                unquoted(found.group("schema")),
                unquoted(table.group(1)),
                there,
                path)
            .orElse(false);
      }
    }
    return false;
  }

  private static String unquoted(String name) {
    return name.startsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }

  /**
   * Whether the branch has an enum or a domain for its columns, or still needs one ({@code
   * own_types.sql}).
   */
  private static boolean isDoneByColumns(Session session, String sql) {
    Matcher type = ENUM.matcher(sql);
    return type.lookingAt()
        && session
            .first(
                type.group("drop") != null
                    ? "SELECT epoch.is_type_of_columns(to_regtype($1))"
                    : "SELECT to_regtype($1) IS NOT NULL",
                row -> row.getBoolean(0),
                type.group("name"))
            .orElse(false);
  }

  private static Pattern names(List<String> schemas) {
    return Pattern.compile(
        LITERAL
            + "|(?<![\\w$\".])(?<schema>"
            + schemas.stream()
                .flatMap(schema -> Stream.of(schema, '"' + schema.replace("\"", "\"\"") + '"'))
                .map(Pattern::quote)
                .collect(Collectors.joining("|"))
            + ")\\s*\\.",
        Pattern.DOTALL);
  }

  private static String onBranch(String sql, Pattern names, String own) {
    boolean[] named = {false};
    return names
        .matcher(sql)
        .replaceAll(found -> {
          String text = found.group();
          if (found.group("schema") == null) {
            return Matcher.quoteReplacement(text);
          }
          boolean first = !named[0];
          named[0] = true;
          return first ? Matcher.quoteReplacement(own + ".") : "";
        });
  }
}
