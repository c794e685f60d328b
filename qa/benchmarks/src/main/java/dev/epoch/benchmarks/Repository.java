package dev.epoch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A repository on a database of its own in the user's PostgreSQL. */
public record Repository(String name, Database database, Api api) {

  /** Registers tables of schema public and commits them. */
  public void register(String... tables) throws IOException {
    for (String table : tables) {
      api.post("/tables", Api.json("name", table, "location", database.url() + "/public." + table));
    }
    commit("main");
  }

  /** Commits every change of a branch. */
  public void commit(String branch) throws IOException {
    api.post("/commits", Api.json("branch", branch, "message", "benchmark", "all", true));
  }

  /** Makes a branch from the head of main. */
  public void branch(String branch) throws IOException {
    api.post("/branches", Api.json("name", branch, "start_point", "main", "checkout", false));
  }

  /** Makes a branch, changes it by SQL, and commits. */
  public void branchWith(String branch, String... statements) throws Exception {
    branch(branch);
    execute(branch, statements);
    commit(branch);
  }

  /** Copies the tables that a branch changed. */
  public void materialize(String branch, String... tables) throws IOException {
    JsonNode done =
        Api.parse(
            api.post(
                "/branches/" + path(branch) + "/materialize", Api.json("tables", List.of(tables))));
    for (JsonNode table : done.path("tables")) {
      if (!table.path("in_use").asBoolean()) {
        throw new IOException("The copy is not in use: " + done);
      }
    }
  }

  /** Runs statements on a branch, each in its own transaction. */
  public void execute(String branch, String... statements) throws SQLException {
    try (Connection session = session(branch)) {
      Database.execute(session, statements);
    }
  }

  /** A session on a branch. */
  public Connection session(String branch) throws SQLException {
    return on(database.connect(), branch);
  }

  /** Leads a session to a branch. */
  public Connection on(Connection session, String branch) throws SQLException {
    if (!branch.equals("main")) {
      Database.execute(session, "SELECT epoch.use_branch('" + branch + "', '" + name + "')");
    }
    return session;
  }

  /** Merges a branch into main; conflicts are a failure. */
  public JsonNode merge(String branch) throws IOException {
    return Api.parse(api.post("/branches/merge", Api.json("source", branch, "target", "main")));
  }

  /**
   * Does at once what autovacuum would do within its minute, in the tables of the user, Epoch's
   * tables and PostgreSQL's catalogs.
   */
  public void settle() throws SQLException {
    database.execute("VACUUM ANALYZE", "CHECKPOINT");
  }

  /** A name as part of a path. */
  public static String path(String name) {
    return Rest.escaped(name);
  }
}
