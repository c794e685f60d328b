package dev.epoch.storage.sql;

import dev.epoch.storage.error.QueryRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A text of statements that change a schema of PostgreSQL, taken apart.
 *
 * <p>What a statement does for sure is seen when it has run; this tells beforehand what can be told
 * from its text.
 */
public final class DdlText {
  private static final Set<String> KINDS =
      Set.of("create", "alter", "drop", "comment", "grant", "revoke", "truncate", "reindex");

  /** What is no part of a schema. */
  private static final Set<String> OF_THE_SERVER =
      Set.of("database", "tablespace", "role", "user", "group", "system", "subscription", "owned");

  private static final int LONGEST = 1_000_000;
  private static final int MOST_STATEMENTS = 1_000;

  private DdlText() {}

  /**
   * The statements of a text, in order.
   *
   * @throws QueryRefusedException for a text without statements, one that does not end, and
   *     statements that do not change a schema, or not the one of a repository
   */
  public static List<DdlStatement> parse(String text) {
    if (text == null || text.isBlank()) {
      throw refused("There is no statement", null);
    }
    if (text.length() > LONGEST || text.indexOf('\0') >= 0) {
      throw refused("A text of statements has at most " + LONGEST + " characters, none zero", null);
    }
    List<DdlStatement> statements = new ArrayList<>();
    for (List<SqlToken> tokens : split(SqlTokens.of(text))) {
      requireAllowed(tokens);
      String sql = text.substring(tokens.getFirst().start(), tokens.getLast().end());
      statements.add(new DdlReading(tokens).statement(sql));
    }
    if (statements.isEmpty()) {
      throw refused("There is no statement", null);
    }
    if (statements.size() > MOST_STATEMENTS) {
      throw refused("More than " + MOST_STATEMENTS + " statements", "Send them in parts");
    }
    return statements;
  }

  /** At semicolons that are in no parentheses and in no body of a function. */
  static List<List<SqlToken>> split(List<SqlToken> tokens) {
    List<List<SqlToken>> statements = new ArrayList<>();
    List<SqlToken> statement = new ArrayList<>();
    int depth = 0;
    int blocks = 0;
    for (SqlToken token : tokens) {
      if (token.is(';') && depth == 0 && blocks == 0) {
        if (!statement.isEmpty()) {
          statements.add(statement);
        }
        statement = new ArrayList<>();
        continue;
      }
      statement.add(token);
      if (token.is('(')) {
        depth++;
      } else if (token.is(')')) {
        depth--;
      } else if (isRoutine(statement)) {
        if (token.is("begin") || blocks > 0 && token.is("case")) {
          blocks++;
        } else if (blocks > 0 && token.is("end")) {
          blocks--;
        }
      }
      if (depth < 0) {
        throw refused("A parenthesis is closed that was not opened", null);
      }
    }
    if (depth != 0 || blocks != 0) {
      throw refused("A statement does not end", null);
    }
    if (!statement.isEmpty()) {
      statements.add(statement);
    }
    return statements;
  }

  private static boolean isRoutine(List<SqlToken> statement) {
    int at = 1;
    if (!statement.getFirst().is("create")) {
      return false;
    }
    if (statement.size() > 2 && statement.get(1).is("or")) {
      at = 3;
    }
    return statement.size() > at
        && (statement.get(at).is("function") || statement.get(at).is("procedure"));
  }

  private static void requireAllowed(List<SqlToken> tokens) {
    SqlToken first = tokens.getFirst();
    if (first.kind() != SqlToken.Kind.WORD || !KINDS.contains(first.value())) {
      throw refused(
          "No change of a schema: " + first.value().toUpperCase(java.util.Locale.ROOT),
          "CREATE, ALTER, DROP, COMMENT, GRANT, REVOKE, TRUNCATE and REINDEX change schemas; rows"
              + " are changed by records, or by a session");
    }
    boolean granting = first.is("grant") || first.is("revoke");
    if (!granting && tokens.size() > 1 && isOfTheServer(tokens)) {
      throw refused(
          "This is not about the schema of a repository: "
              + tokens.get(0).value()
              + " "
              + tokens.get(1).value(),
          "Use a session of the database");
    }
    if (first.is("create")
        && tokens.stream().limit(4).anyMatch(token -> token.is("temp") || token.is("temporary"))) {
      throw refused("A temporary object would be gone at once", null);
    }
    for (int i = 0; i < tokens.size(); i++) {
      boolean epoch = tokens.get(i).isName() && tokens.get(i).value().equals("epoch");
      boolean qualifies = i + 1 < tokens.size() && tokens.get(i + 1).is('.');
      boolean schema = i > 0 && tokens.get(i - 1).is("schema");
      if (epoch && (qualifies || schema)) {
        throw refused("The schema epoch is Epoch's own", "epoch uninstall removes it");
      }
    }
  }

  private static boolean isOfTheServer(List<SqlToken> tokens) {
    SqlToken second = tokens.get(1);
    boolean mapping = tokens.size() > 2 && tokens.get(2).is("mapping");
    return second.kind() == SqlToken.Kind.WORD
        && OF_THE_SERVER.contains(second.value())
        && !mapping;
  }

  static QueryRefusedException refused(String message, String remedy) {
    return new QueryRefusedException(message, remedy);
  }
}
