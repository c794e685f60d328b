package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.surface.SessionServer;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import dev.epoch.storage.testing.StoragePostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whose objects are that come by a merge, and who may bring them, by kind, maker and merger. */
class MergedOwnersIT extends SchemaScene {
  private static final String REFUSED = "refused";

  private enum Kind {
    FUNCTION("CREATE FUNCTION made() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    DEFINER("CREATE FUNCTION made() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    TRIGGER(
        "CREATE FUNCTION made() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER made BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION made()"),
    VIEW("CREATE VIEW made AS SELECT id FROM t"),
    INVOKER("CREATE VIEW made WITH (security_invoker = true) AS SELECT id FROM t"),
    RULE(
        "CREATE VIEW made AS SELECT id FROM t",
        "CREATE RULE made AS ON INSERT TO made DO INSTEAD NOTHING"),
    POLICY("CREATE POLICY made ON t USING (true)"),
    TYPE("CREATE TYPE made AS ENUM ('a')"),
    SEQUENCE("CREATE SEQUENCE made"),
    TABLE("CREATE TABLE made (id int PRIMARY KEY)");

    private final String[] statements;

    Kind(String... statements) {
      this.statements = statements;
    }

    String branch() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private enum Maker {
    OWNER,
    MEMBER,
    OTHER,
    DROPPED
  }

  private enum Merger {
    MEMBER,
    OTHER,
    SERVER
  }

  private SessionServer sessions;
  private String app;
  private final Map<Maker, String> makers = new TreeMap<>();
  private String clerk;

  @BeforeEach
  void roles() {
    sessions = new SessionServer(test.server(), Failpoints.NONE);
    sessions.start();
    app = role("app");
    makers.put(Maker.OWNER, app);
    makers.put(Maker.MEMBER, role("dev"));
    makers.put(Maker.OTHER, role("other"));
    makers.put(Maker.DROPPED, role("gone"));
    clerk = role("clerk");
    test.database.executeAsSuperuser(
        "GRANT " + app + " TO " + test.database.owner() + ", " + makers.get(Maker.MEMBER),
        "ALTER TABLE t OWNER TO " + app);
    for (String role : Stream.concat(makers.values().stream(), Stream.of(clerk)).toList()) {
      test.database.executeAsSuperuser(
          "GRANT CREATE ON SCHEMA public TO " + role,
          "GRANT SELECT, INSERT, UPDATE, DELETE ON t TO " + role);
      test.database.execute("SELECT epoch.grant_access('" + role + "', 'write')");
    }
  }

  private String role(String name) {
    return test.database.role(name + "_" + test.database.name());
  }

  private void mayGive() {
    makers
        .values()
        .forEach(role ->
            test.database.executeAsSuperuser("GRANT " + role + " TO " + test.database.owner()));
  }

  @AfterEach
  void end() {
    sessions.close();
  }

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (Maker maker : Maker.values()) {
      for (Merger merger : Merger.values()) {
        for (boolean gives : new boolean[] {true, false}) {
          // it is a member of the owner, and there is nobody left to be a member of
          if (gives ? maker != Maker.OWNER : maker != Maker.DROPPED) {
            cases.add(Arguments.of(maker, merger, gives));
          }
        }
      }
    }
    return cases.stream();
  }

  /**
   * @param gives whether Epoch's role is a member of the makers, so that it can give to them
   */
  @ParameterizedTest
  @OwnerIsNoSuperuser
  @MethodSource("cases")
  void whoMadeItOwnsItAndWhoAnswersForItBringsIt(Maker maker, Merger merger, boolean gives)
      throws SQLException {
    // given
    if (gives) {
      mayGive();
    }
    List<Kind> kinds =
        Stream.of(Kind.values()).filter(kind -> canBeMade(kind, maker, gives)).toList();
    for (Kind kind : kinds) {
      make(kind, maker);
    }
    if (maker == Maker.DROPPED) {
      String gone = makers.get(maker);
      test.database.executeAsSuperuser(
          "REASSIGN OWNED BY " + gone + " TO " + app, "DROP OWNED BY " + gone, "DROP ROLE " + gone);
    }

    for (Kind kind : kinds) {
      // when
      String owner;
      try {
        merge(kind.branch(), merger);
        owner = owner(kind);
      } catch (SQLException refused) {
        assertThat(refused.getMessage())
            .as(kind.name())
            .contains("is no member of " + app, "Have it merged by a member of " + app);
        owner = REFUSED;
      }

      // then
      assertThat(owner)
          .as("%s by %s, merged by %s", kind, maker, merger)
          .isEqualTo(expected(kind, maker, merger, gives));
      test.database.execute(
          "DROP TRIGGER IF EXISTS made ON t",
          "DROP FUNCTION IF EXISTS made()",
          "DROP POLICY IF EXISTS made ON t");
      if (kind == Kind.VIEW || kind == Kind.INVOKER || kind == Kind.RULE) {
        test.database.execute("DROP VIEW IF EXISTS made");
      } else if (kind == Kind.TYPE) {
        test.database.execute("DROP TYPE IF EXISTS made");
      } else if (kind == Kind.SEQUENCE) {
        test.database.execute("DROP SEQUENCE IF EXISTS made");
      }
    }
  }

  private static boolean canBeMade(Kind kind, Maker maker, boolean gives) {
    return switch (kind) {
      case POLICY -> maker == Maker.OWNER || maker == Maker.MEMBER;
      // to register it, Epoch's role has to be a member
      case TABLE -> maker == Maker.OWNER || gives && maker != Maker.DROPPED;
      case INVOKER -> StoragePostgres.majorVersion() >= 15;
      case FUNCTION, DEFINER, TRIGGER, VIEW, RULE, TYPE, SEQUENCE -> true;
    };
  }

  private String expected(Kind kind, Maker maker, Merger merger, boolean gives) {
    boolean stranger = maker == Maker.OTHER || maker == Maker.DROPPED;
    boolean given = maker == Maker.OWNER || gives && maker != Maker.DROPPED;
    boolean refused =
        stranger
            && merger == Merger.OTHER
            && switch (kind) {
              case DEFINER, TRIGGER -> true;
              // with the rights of its owner
              case VIEW, RULE -> !given;
              case FUNCTION, INVOKER, POLICY, TYPE, SEQUENCE, TABLE -> false;
            };
    return refused ? REFUSED : given && kind != Kind.POLICY ? makers.get(maker) : app;
  }

  private void make(Kind kind, Maker maker) throws SQLException {
    test.branch(kind.branch(), "main");
    test.onBranch(kind.branch(), "SELECT epoch.open_table('t')");
    if (kind == Kind.TRIGGER) {
      onBranchAs(app, kind.branch(), "GRANT TRIGGER ON t TO " + makers.get(maker));
    }
    onBranchAs(makers.get(maker), kind.branch(), kind.statements);
    if (kind == Kind.TABLE) {
      test.registerOn(kind.branch(), "made");
    }
    test.commitSchema(kind.branch(), kind.name());
  }

  private void onBranchAs(String role, String branch, String... statements) throws SQLException {
    try (Connection connection = test.database.connect(role);
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  private void merge(String branch, Merger merger) throws SQLException {
    if (merger == Merger.SERVER) {
      test.merge(branch, "main");
      return;
    }
    mergeAs(merger == Merger.MEMBER ? makers.get(Maker.MEMBER) : clerk, branch, "main");
  }

  private void mergeAs(String role, String branch, String target) throws SQLException {
    try (Connection connection = test.database.connect(role);
        Statement session = connection.createStatement()) {
      session.execute("CALL epoch.merge('" + branch + "', '" + target + "')");
    }
  }

  private String owner(Kind kind) {
    String owner =
        switch (kind) {
          case FUNCTION, DEFINER ->
              "SELECT proowner::regrole FROM pg_proc WHERE oid = 'public.made()'::regprocedure";
          case TRIGGER ->
              "SELECT f.proowner::regrole FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid"
                  + " WHERE g.tgrelid = 'public.t'::regclass AND g.tgname = 'made'"
                  + " AND f.oid = 'public.made()'::regprocedure";
          case VIEW, INVOKER, SEQUENCE, TABLE ->
              "SELECT relowner::regrole FROM pg_class WHERE oid = 'public.made'::regclass";
          case RULE ->
              "SELECT relowner::regrole FROM pg_class c WHERE oid = 'public.made'::regclass AND NOT"
                  + " EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = 'made')";
          case POLICY ->
              "SELECT c.relowner::regrole FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
                  + " WHERE p.polname = 'made' AND c.oid = 'public.t'::regclass";
          case TYPE -> "SELECT typowner::regrole FROM pg_type WHERE oid = 'public.made'::regtype";
        };
    return test.database.value(owner);
  }

  @Test
  @OwnerIsNoSuperuser
  void whatIsAnothersIsReplacedByItsOwnerAlone() throws SQLException {
    // given
    mayGive();
    test.database.executeAs(
        app,
        "CREATE FUNCTION made() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE VIEW seen AS SELECT id FROM t");
    test.commitSchema("main", "live ones");
    String other = makers.get(Maker.OTHER);
    for (String sql :
        List.of(
            "CREATE FUNCTION made() RETURNS int LANGUAGE sql AS 'SELECT 2'",
            "CREATE VIEW seen AS SELECT id FROM t WHERE price > 0")) {
      String branch = sql.contains("VIEW") ? "views" : "functions";
      test.branch(branch, "main");
      onBranchAs(other, branch, sql);
      test.commitSchema(branch, "another");

      // when, then
      assertThatThrownBy(() -> mergeAs(other, branch, "main"))
          .hasMessageContaining("is no member of " + app);
      mergeAs(makers.get(Maker.MEMBER), branch, "main");
    }
    assertThat(test.database.value("SELECT made()")).isEqualTo("2");
    assertThat(owner(Kind.FUNCTION)).isEqualTo(app);
    assertThat(
            test.database.value(
                "SELECT relowner::regrole FROM pg_class WHERE relname = 'seen' AND relnamespace = 'public'::regnamespace"))
        .isEqualTo(app);
  }

  @Test
  @OwnerIsNoSuperuser
  void aBranchThatBeginsAndOneThatIsMergedIntoGiveNoRights() throws SQLException {
    // given
    String other = makers.get(Maker.OTHER);
    make(Kind.DEFINER, Maker.OTHER);
    test.branch("into", "main");

    // when it would be the owner's
    assertThatThrownBy(() -> mergeAs(other, "definer", "into"))
        .hasMessageContaining("is no member of " + app);
    onBranchAs(
        other, "definer", "CREATE VIEW also AS SELECT id FROM t", "CREATE TYPE kind AS ENUM ('a')");
    test.commitSchema("definer", "more");
    test.branch("child", "definer");

    // then
    String made =
        "SELECT count(*) FROM pg_proc AS f JOIN epoch.branches AS b ON"
            + " f.pronamespace = to_regnamespace(b.changed_schema) WHERE f.proname = 'made' AND"
            + " b.name = ";
    assertThat(test.database.value(made + "'child'")).isEqualTo("0");
    assertThat(test.database.value(made + "'into'")).isEqualTo("0");
    assertThat(
            test.database.value(
                "SELECT count(*) FROM pg_type AS y JOIN epoch.branches AS b ON y.typnamespace ="
                    + " to_regnamespace(b.changed_schema) WHERE y.typname = 'kind' AND b.name = 'child'"))
        .isEqualTo("1");

    // when its maker can have it
    mayGive();
    test.branch("second", "definer");

    // then
    assertThat(
            test.database.value(made.replace("count(*)", "f.proowner::regrole::text") + "'second'"))
        .isEqualTo(other);
  }

  /** With nothing but the procedures that a role with write access may call. */
  @Test
  @OwnerIsNoSuperuser
  void aRoleCannotMakeItselfTheTablesOwner() throws SQLException {
    try (Connection connection = test.database.connect(clerk);
        Statement session = connection.createStatement()) {
      session.execute("CALL epoch.create_branch('plant', schema_only => true)");
      session.execute("SELECT epoch.use_branch('plant')");
      session.execute(
          "CREATE FUNCTION made() RETURNS text LANGUAGE sql SECURITY DEFINER AS"
              + " 'SELECT current_user::text'");
      session.execute("CALL epoch.commit('planted')");
      for (String target : List.of("main", "x")) {
        assertThatThrownBy(() -> session.execute("CALL epoch.merge('plant', '" + target + "')"))
            .as(target)
            .hasMessageContaining("is no member of " + app);
      }
    }

    // when somebody who may brings it
    mergeAs(makers.get(Maker.MEMBER), "plant", "main");

    // then
    assertThat(test.database.value("SELECT made()")).isEqualTo(app);
  }

  @Test
  @OwnerIsNoSuperuser
  void whatHasToBeMadeAnewStaysItsOwners() throws SQLException {
    // given
    mayGive();
    String other = makers.get(Maker.OTHER);
    test.database.executeAs(other, "CREATE VIEW priced AS SELECT price FROM t");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ALTER price TYPE float8");
    test.onBranch("x", "UPDATE t SET price = 1.5 WHERE id = 1");
    test.commitSchema("x", "another type");

    // when
    mergeDestructively("x", "main");

    // then
    assertThat(test.database.value("SELECT pg_typeof(price) FROM priced LIMIT 1"))
        .isEqualTo("double precision");
    assertThat(
            test.database.value(
                "SELECT relowner::regrole FROM pg_class WHERE relname = 'priced' AND relnamespace = 'public'::regnamespace"))
        .isEqualTo(other);
  }
}
