package dev.epoch.storage.postgres.branch;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchLogin;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.DatabaseSocket;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.core.Future;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sessions of clients of a PostgreSQL database on branches; see {@code sessions.sql}. What a reset
 * goes back to is what the session began with: so both settings are startup parameters, and the
 * check looks whether they arrived as such, not whether they hold now.
 */
public final class PostgresBranchSessions implements BranchSessions, AutoCloseable {
  private static final String READ_ONLY = "default_transaction_read_only";

  /** Under the session's own path: every name has its schema. */
  private static final String CHECK =
      """
      SELECT EXISTS (
          SELECT FROM pg_catalog.pg_settings AS s
          WHERE s.name OPERATOR(pg_catalog.=) 'search_path' AND s.reset_val OPERATOR(pg_catalog.=) %s
        ), epoch.current_branch(%s) OPERATOR(pg_catalog.=) %s\
      """;

  private static final String EXPLICIT_PATH = "SELECT epoch.live_path($1), false";

  /** That of the server, where neither the role nor the database has one. */
  private static final String PATH_OF_ROLE =
      """
      SELECT coalesce(nullif(p.path, ''), epoch.live_path(pg_catalog.current_setting('search_path'))), p.is_on_branch
      FROM epoch.path_of_role($1) AS p
      """;

  private final DatabaseSocket socket;
  private final Database database;
  private final LockRetries retries;
  private final BranchRegistry branches;

  public PostgresBranchSessions(
      Connecting connecting,
      PgConnectOptions options,
      Database database,
      LockRetries retries,
      BranchRegistry branches) {
    this.socket = new DatabaseSocket(connecting, options);
    this.database = database;
    this.retries = retries;
    this.branches = branches;
  }

  private record Path(String text, boolean isOnBranch) {}

  private record Standing(String path, String setting) {}

  @Override
  public void renewViews(String repository) {
    branches.renewViews(repository);
  }

  @Override
  public String database() {
    return socket.database();
  }

  @Override
  public Future<NetSocket> connect() {
    return socket.connect();
  }

  @Override
  public BranchLogin login(BranchHandle branch, Wish wish) {
    if (branch.isDefault()) {
      return retries.run(() -> database.write(session -> ofDefault(session, wish)));
    }
    Standing standing = standing(branch, wish);
    return new BranchLogin(
        Map.of("search_path", standing.path(), "epoch.branch", standing.setting()),
        CHECK.formatted(
            escaped(standing.path()), escaped(branch.repository()), escaped(branch.name())),
        List.of("t", "t"));
  }

  @Override
  public BranchLogin loginAtCommit(BranchHandle commit, Wish wish) {
    BranchLogin login = login(commit, wish);
    Map<String, String> parameters = new TreeMap<>(login.parameters());
    parameters.put(READ_ONLY, "on");
    List<String> expected = new ArrayList<>(login.expected());
    expected.addAll(List.of("on", "t"));
    return new BranchLogin(
        parameters,
        login.check()
            + ", pg_catalog.current_setting('%s'), epoch.hold_commit(%s)"
                .formatted(READ_ONLY, escaped(commit.id())),
        expected);
  }

  /** A constant that means the same in every encoding of a client, and under all its settings. */
  private static String escaped(String text) {
    StringBuilder literal = new StringBuilder("E'");
    text.codePoints()
        .forEach(point -> {
          if (point == '\'' || point == '\\') {
            literal.append('\\').appendCodePoint(point);
          } else if (point < 128) {
            literal.appendCodePoint(point);
          } else {
            literal.append("\\U%08x".formatted(point));
          }
        });
    return literal.append('\'').toString();
  }

  /** What the client says, unless settings of its role lead elsewhere. */
  private BranchLogin ofDefault(Session session, Wish wish) {
    if (!EpochSchema.exists(session)) {
      return BranchLogin.AS_GIVEN;
    }
    Path path = path(session, wish);
    boolean leadsElsewhere =
        wish.path().isEmpty()
            ? path.isOnBranch()
            : !path.text().equals(wish.path().get()) || ofRole(session, wish).isOnBranch();
    return leadsElsewhere
        ? new BranchLogin(Map.of("search_path", path.text(), "epoch.branch", ""), "", List.of())
        : BranchLogin.AS_GIVEN;
  }

  private Standing standing(BranchHandle branch, Wish wish) {
    return retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          EpochSchema.ensure(session);
          Path path = path(session, wish);
          return session
              .first(
                  "SELECT s.path, s.setting FROM epoch.session_on_branch($1, $2, $3, '', $4) AS s",
                  row -> new Standing(row.getString(0), row.getString(1)),
                  branch.name(),
                  branch.repository(),
                  path.text(),
                  wish.role())
              .orElseThrow();
        }));
  }

  /** Without what leads to branches. */
  private static Path path(Session session, Wish wish) {
    return wish.path()
        .map(given ->
            session.first(EXPLICIT_PATH, PostgresBranchSessions::path, given).orElseThrow())
        .orElseGet(() -> ofRole(session, wish));
  }

  private static Path ofRole(Session session, Wish wish) {
    session.run("SET LOCAL search_path TO DEFAULT");
    try {
      return session.first(PATH_OF_ROLE, PostgresBranchSessions::path, wish.role()).orElseThrow();
    } finally {
      session.run("SET LOCAL search_path = pg_catalog");
    }
  }

  private static Path path(io.vertx.mutiny.sqlclient.Row row) {
    return new Path(row.getString(0), row.getBoolean(1));
  }

  @Override
  public void close() {
    socket.close();
  }
}
