package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From development by staging to production, and queries of branches, with the commands as they are
 * printed in the guides. What they leave out is done by hand: somebody reviews what goes to the
 * protected branch, and an emergency reset of it asks to end its protection first.
 */
@Timeout(240)
class EnvironmentsIT {

  @TempDir static Path home;
  private static EmbeddedPostgres postgres;
  private static ServerProcess server;
  private static Shell shell;
  private static Database mydb;

  @BeforeAll
  static void start() throws Exception {
    postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
    Database root =
        new Database("localhost", postgres.getPort(), "postgres", "postgres", "postgres");
    mydb = root.create("mydb");
    Database metadata = root.create("horizon_epoch");
    server =
        new ServerProcess(home.resolve("data")).start(Map.of("EPOCH_METADATA_URL", metadata.url()));
    mydb.execute(
        "CREATE TABLE users (id int PRIMARY KEY, name text)",
        "INSERT INTO users VALUES (1, 'Alice'), (2, 'Bob'), (3, 'Charlie')");
    shell = server.shell(Files.createDirectory(home.resolve("folder")));
    run("epoch init shop -b production");
    run(
        "epoch table add users --location postgresql://%s:%s@localhost:%d/mydb/public.users"
            .formatted(mydb.user(), mydb.password(), mydb.port()));
    run("epoch commit -m 'Import'");
    run("epoch tag v1.1.0");
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
    postgres.close();
  }

  private static String run(String commands) {
    return bash(commands).ok();
  }

  private static Shell.Result bash(String commands) {
    return shell.bash("PATH=" + Checkout.ROOT + "/bin:$PATH\n" + commands);
  }

  private static void onBranch(String branch, String... statements) throws Exception {
    try (Connection session = mydb.connect()) {
      Database.execute(session, "SELECT epoch.use_branch('" + branch + "')");
      Database.execute(session, statements);
    }
  }

  private static String count(String at) {
    return run("epoch query \"SELECT count(*) FROM users\" --format csv --at " + at)
        .lines()
        .toList()
        .getLast();
  }

  @Test
  void aChangeGoesFromDevelopmentToProductionAndBack() throws Exception {
    // environments
    run("epoch branch create staging --from production");
    run("epoch branch create development --from staging");
    run("epoch branch protect production --require-review --no-force-push");

    // development
    run("epoch checkout development");
    run("epoch branch create feature/new-report --from development");
    onBranch("feature/new-report", "INSERT INTO users VALUES (4, 'Dora')");
    run("epoch checkout feature/new-report && epoch commit -m \"Add sales report aggregations\"");
    run("epoch checkout development && epoch merge feature/new-report");

    // staging
    assertThat(run("epoch diff staging..development")).contains("users");
    run("epoch branch create release/v1.2 --from development");
    run("epoch checkout staging && epoch merge release/v1.2");

    // production, as soon as somebody has approved it
    assertThat(run("epoch diff production..staging")).contains("users");
    assertThat(bash("epoch checkout production && epoch merge staging").exitCode()).isNotZero();
    assertThat(run("epoch merge staging --auto")).contains("0 of 1 approval(s)");
    run("epoch review approve staging --author-name QA --author-email qa@example.com");
    Poll.until(
        "the merge into production",
        Duration.ofSeconds(60),
        () -> run("epoch merge --auto").isEmpty());
    assertThat(count("production")).isEqualTo("4");
    run("epoch tag v1.2.0 --message \"Release 1.2.0: Sales report aggregations\"");

    // rollback
    run("epoch revert HEAD");
    assertThat(count("production")).isEqualTo("3");
    assertThat(run("epoch log --oneline -10")).contains("Revert");
    assertThat(bash("epoch reset --hard v1.1.0").exitCode()).isNotZero();
    run("epoch branch unprotect production && epoch reset --hard v1.1.0");
    run("epoch tag v1.1.1-rollback --message \"Emergency rollback from v1.2.0\"");

    // hotfix
    run("epoch branch create hotfix/critical-fix --from production");
    run("epoch checkout hotfix/critical-fix");
    onBranch("hotfix/critical-fix", "UPDATE users SET name = 'Bobby' WHERE id = 2");
    run("epoch commit -m \"Fix critical data issue\"");
    for (String target : new String[] {"production", "staging", "development"}) {
      run("epoch checkout " + target + " && epoch merge hotfix/critical-fix");
      assertThat(run("epoch query \"SELECT name FROM users WHERE id = 2\" --format csv"))
          .contains("Bobby");
    }
    assertThat(count("staging")).isEqualTo("4");

    // queries of branches
    run("epoch checkout staging");
    assertThat(run("epoch query \"SELECT * FROM users\"")).contains("Dora");
    assertThat(run("epoch diff production staging --table users")).contains("Dora");
    assertThat(run("epoch diff production staging --only-in-target")).contains("users");
    assertThat(count("v1.1.0")).isEqualTo("3");
    assertThat(count("$(epoch query \"SELECT 1\" >/dev/null; date -u +%Y-%m-%dT%H:%M:%SZ)"))
        .isEqualTo("4");
    assertThat(run("epoch validate production staging development v1.2.0")).doesNotContain("DIFF");
  }
}
