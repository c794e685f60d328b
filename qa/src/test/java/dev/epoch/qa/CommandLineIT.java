package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Corners of the command line that only show against a real server. */
@Timeout(120)
class CommandLineIT {

  @TempDir static Path home;
  private static ServerProcess server;
  private static Shop shop;
  private static Shell shell;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
    shop = Shop.open(server, "corners");
    shop.branch("feature/x", "main");
    Path folder = Files.createDirectory(home.resolve("work"));
    shell = server.shell(folder);
    shell.epoch("repo", "open", "corners").ok();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Test
  void theDoctorReadsTheProjectionsOfTheServer() throws Exception {
    assertThat(epoch("doctor").ok())
        .doesNotContain("[problem]")
        .containsPattern("\\[ok\\]      projections: \\d+ running");
    server
        .database()
        .execute(
            """
            UPDATE epoch_read.projections
            SET stops = '{"trial": {"state": "PARKED", "position": 7, "error": "it fails",
              "since": "2026-01-01T00:00:00Z"}}'
            WHERE name = 'conflicts'
            """);
    try {
      Shell.Result parked = epoch("doctor --check projections");

      assertThat(parked.exitCode()).isEqualTo(1);
      assertThat(parked.out())
          .isEqualTo(
              "[problem] projections: conflicts is parked before position 7 of repository trial: it"
                  + " fails\n"
                  + "          hint: remove the cause, then POST"
                  + " /api/v1/admin/projections/conflicts/retry?repository=trial; .../skip leaves the"
                  + " event out, /admin/rebuild builds it anew\n");
    } finally {
      server.rest().post("/admin/projections/conflicts/retry?repository=trial", "").ok();
    }
    epoch("doctor --check projections").ok();
  }

  @Test
  void rowsOfDeletedBranchesAreTakenBack() throws Exception {
    shop.branch("feature/gone", "main");
    try (Connection session = shop.database().connect()) {
      Database.execute(
          session,
          "SELECT epoch.use_branch('feature/gone')",
          "UPDATE customers SET name = 'gone' WHERE id = 1");
    }
    shop.commit("feature/gone", "on the branch");
    int before = overlays();
    epoch("branch delete feature/gone --force").ok();

    assertThat(epoch("gc --dry-run").ok()).startsWith("Would drop the rows of 1 deleted branch:\n");
    assertThat(overlays()).isEqualTo(before);
    assertThat(epoch("gc").ok()).isEqualTo("Dropped the rows of 1 deleted branch\n");
    assertThat(overlays()).isLessThan(before);
    assertThat(epoch("cleanup").ok()).isEqualTo("Nothing to clean up\n");
  }

  @Test
  void commitsReadATableThatWasRemovedUntilItIsPurged() throws Exception {
    shop.database()
        .execute("CREATE TABLE visits (id int PRIMARY KEY)", "INSERT INTO visits VALUES (1), (2)");
    epoch("table add visits --location " + shop.database().url() + "/public.visits").ok();
    epoch("commit -m visits").ok();
    assertThat(epoch("table remove visits").ok()).isEqualTo("Removed table 'visits'\n");
    shop.database().execute("DROP TABLE visits");
    epoch("commit -m 'without visits'").ok();

    String query = "query 'SELECT count(*) FROM visits' --at main~1";
    assertThat(epoch(query).ok()).contains("2");
    assertThat(epoch("table remove visits").exitCode()).isNotZero();
    epoch("table remove visits --purge").ok();
    Shell.Result purged = epoch(query);
    assertThat(purged.exitCode()).isNotZero();
    assertThat(purged.err()).contains("versioned no more");
  }

  @Test
  void aRepositoryBeginsWithAStorageThatWasAddedBefore() throws Exception {
    Database mydb = server.database().create("mydb");
    mydb.execute("CREATE TABLE users (id int PRIMARY KEY)", "INSERT INTO users VALUES (1), (2)");
    Shell fresh = server.shell(Files.createDirectory(home.resolve("fresh")));

    Shell.Result result =
        fresh.bash(
            """
            PATH=%s/bin:$PATH
            epoch storage add dev --type postgresql --url %s
            epoch init my-repo --storage dev
            epoch table add users
            epoch storage default show
            """
                .formatted(Checkout.ROOT, mydb.url()));

    assertThat(result.ok())
        .contains("Added storage 'dev' (postgresql) to ")
        .endsWith(
            """
            Initialized repository 'my-repo' on branch 'main'
            Registered table 'users' with 2 records
              Schema: id (int)
              Primary key: id
            dev
            """);
  }

  @Test
  void historyIsTakenBackMadeAgainAndMoved() throws Exception {
    Shop verbs = Shop.open(server, "verbs");
    Shell there = server.shell(Files.createDirectory(home.resolve("verbs")));
    there.epoch("repo", "open", "verbs").ok();
    String names = "SELECT string_agg(name, ' ' ORDER BY id) FROM customers";

    verbs.database().execute("UPDATE customers SET name = 'Mistake' WHERE id = 1");
    there.epoch("commit", "-m", "a mistake").ok();
    assertThat(there.epoch("revert", "HEAD").ok()).startsWith("Reverted HEAD on main (commit: ");
    assertThat(verbs.database().rows(names)).containsExactly("Ada Bob Cleo");
    assertThat(there.epoch("log", "-n", "1").ok())
        .contains("Revert \"a mistake\"", "This reverts commit");

    there.epoch("checkout", "-b", "topic").ok();
    onBranch(verbs, "topic", "UPDATE customers SET name = 'Bea' WHERE id = 2");
    there.epoch("commit", "-m", "Bob is Bea").ok();
    onBranch(verbs, "topic", "UPDATE customers SET name = 'Clea' WHERE id = 3");
    there.epoch("commit", "-m", "Cleo is Clea").ok();
    there.epoch("checkout", "main").ok();
    there.epoch("cherry-pick", "topic").ok();
    assertThat(verbs.database().rows(names)).containsExactly("Ada Bob Clea");
    assertThat(there.epoch("cherry-pick", "topic").exitCode()).isNotZero();

    verbs.database().execute("UPDATE customers SET name = 'Bill' WHERE id = 2");
    there.epoch("commit", "-m", "Bob is Bill").ok();
    there.epoch("checkout", "topic").ok();
    Shell.Result stopped = there.epoch("rebase", "main");
    assertThat(stopped.exitCode()).isEqualTo(1);
    assertThat(stopped.out()).contains("CONFLICT: customers", "epoch rebase --continue");
    assertThat(there.epoch("merge", "main").err()).contains("A rebase of 'main' on 'topic'");
    there.epoch("conflicts", "resolve", "customers", "--theirs").ok();
    assertThat(there.epoch("rebase", "--continue").ok()).startsWith("Finished on topic (commit: ");
    assertThat(there.epoch("query", "--format", "csv", names).ok()).contains("Ada Bea Clea");

    verbs.database().execute("UPDATE customers SET name = 'lost?' WHERE id = 1");
    there.epoch("checkout", "main").ok();
    Shell.Result reset = there.epoch("reset", "--hard", "HEAD~1");
    assertThat(reset.ok()).startsWith("main is now at ");
    assertThat(verbs.database().rows(names)).containsExactly("Ada Bob Clea");
    String saved = reset.err().replaceAll("(?s).*'epoch cherry-pick ([0-9a-f]+)'.*", "$1");
    there.epoch("cherry-pick", saved).ok();
    assertThat(verbs.database().rows(names)).containsExactly("lost? Bob Clea");
    assertThat(there.epoch("reset", "HEAD~1").err()).contains("--hard");

    verbs.database().execute("UPDATE customers SET name = 'Stashed' WHERE id = 1");
    assertThat(there.epoch("stash", "-m", "for later").ok())
        .isEqualTo("Stashed changes of 1 table: for later\n");
    assertThat(verbs.database().rows(names)).containsExactly("lost? Bob Clea");
    assertThat(there.epoch("stash").exitCode()).isNotZero();
    assertThat(there.epoch("stash", "list").ok()).contains("0: ", "for later (customers)");
    assertThat(there.epoch("tag", "list").ok()).doesNotContain("stash/");
    assertThat(there.epoch("stash", "pop", "stash@{0}").ok())
        .isEqualTo("Changed 1 record; stash 0 is dropped\n");
    assertThat(verbs.database().rows(names)).containsExactly("Stashed Bob Clea");

    verbs.branch("twice", "main");
    onBranch(verbs, "twice", "UPDATE customers SET name = 'T' WHERE id = 1");
    verbs.commit("twice", "first");
    onBranch(verbs, "twice", "UPDATE customers SET name = 'T' WHERE id = 2");
    verbs.commit("twice", "second");
    verbs.commit("main", "in the way");
    assertThat(there.epoch("cherry-pick", "twice~1", "twice").exitCode()).isEqualTo(1);
    assertThat(isMerging(verbs)).isTrue();
    there.epoch("cherry-pick", "--abort").ok();
    assertThat(isMerging(verbs)).isFalse();
  }

  @Test
  void aTableGoesThroughAParquetFileUnchanged() throws Exception {
    Shop files = Shop.open(server, "files");
    Shell there = server.shell(Files.createDirectory(home.resolve("files")));
    there.epoch("repo", "open", "files").ok();
    there
        .bash(
            "PATH=%s/bin:$PATH; epoch export orders --format parquet > all.parquet"
                .formatted(Checkout.ROOT))
        .ok();
    there.epoch("checkout", "-b", "back").ok();
    onBranch(files, "back", "DELETE FROM orders");
    there.epoch("commit", "-m", "nothing left").ok();

    assertThat(there.epoch("import", "orders", "all.parquet").ok())
        .matches("Imported: \\d+ records? added\n");

    there.epoch("commit", "-m", "all is back").ok();
    List<String> hashes =
        there
            .epoch("validate", "main", "back", "--table", "orders")
            .ok()
            .lines()
            .filter(line -> line.contains("orders:"))
            .toList();
    assertThat(hashes).hasSize(2);
    assertThat(hashes.getFirst()).isEqualTo(hashes.getLast()).startsWith("  ok ");
  }

  @Test
  void rulesSettleConflicts() throws Exception {
    Shop rules = Shop.open(server, "rules");
    Shell there = server.shell(Files.createDirectory(home.resolve("rules")));
    there.epoch("repo", "open", "rules").ok();
    rules.branch("topic", "main");
    onBranch(rules, "topic", "UPDATE customers SET name = 'T', credit = 130 WHERE id = 1");
    onBranch(
        rules, "topic", "UPDATE orders SET state = 'paid', notes = '{\"by\": 1}' WHERE id = 1");
    rules.commit("topic", "topic");
    rules
        .database()
        .execute(
            "UPDATE customers SET name = 'M', credit = 90 WHERE id = 1",
            "UPDATE orders SET state = 'sent', notes = '{\"to\": 2}' WHERE id = 1");
    rules.commit("main", "main");

    there
        .epoch(
            "repo",
            "set",
            "rules",
            "--rule",
            "customers.credit=sum",
            "--rule",
            "orders=source_wins")
        .ok();
    there
        .epoch("repo", "set", "rules", "--rule", "orders=whole", "--rule", "customers.name=max")
        .ok();
    there.epoch("repo", "set", "rules", "--remove-rule", "customers.name").ok();
    assertThat(there.epoch("repo", "set", "rules", "--remove-rule", "customers.name").err())
        .contains("there is no conflict rule");
    assertThat(there.epoch("merge", "topic", "--rule", "customers=newest").err())
        .contains("there is no rule 'newest'");

    Shell.Result dry = there.epoch("merge", "topic", "--dry-run");
    assertThat(dry.exitCode()).isEqualTo(1);
    assertThat(dry.out())
        .contains(
            "rule sum: customers[1].credit = 120.00 (base 100.00, ours 90.00, theirs 130.00)",
            "rule source_wins: orders[1].state = \"paid\"",
            "rule source_wins: orders[1].notes = {\"by\":1}",
            "CONFLICT: Merge conflict in customers");
    assertThat(there.epoch("merge", "topic", "--rule", "customers.name=target_wins").ok())
        .contains("Merged topic into main", "Conflict rules settled 4 fields");

    assertThat(rules.database().rows("SELECT name || ' ' || credit FROM customers WHERE id = 1"))
        .containsExactly("M 120.00");
    assertThat(rules.database().rows("SELECT state || ' ' || notes FROM orders WHERE id = 1"))
        .containsExactly("paid {\"by\": 1}");
  }

  @Test
  void branchesAreProtectedAndReviewed() throws Exception {
    Shop guarded = Shop.open(server, "guarded");
    Path folder = Files.createDirectory(home.resolve("guarded"));
    Shell there = server.shell(folder);
    there.epoch("repo", "open", "guarded").ok();
    guarded.branch("staging", "main");
    guarded.branch("production", "main");
    assertThat(
            there
                .epoch("branch", "protect", "production", "--require-review", "--no-force-push")
                .ok())
        .isEqualTo("Protected 'production'\n");
    assertThat(there.epoch("branch", "protections").ok())
        .isEqualTo("production: 1 approval; no reset, rebase, rename, deletion\n");
    onBranch(guarded, "staging", "UPDATE customers SET name = 'S' WHERE id = 1");
    guarded.commit("staging", "on staging");

    there.epoch("checkout", "production").ok();
    Shell.Result refused = there.epoch("merge", "staging");
    assertThat(refused.exitCode()).isEqualTo(4);
    assertThat(refused.err())
        .contains("has 0 of 1 approval(s)", "hint: epoch review approve, by somebody who");
    assertThat(there.epoch("commit", "-m", "direct").err())
        .contains("Cannot commit to 'production': the branch is protected");
    assertThat(there.epoch("reset", "--hard", "staging").err())
        .contains("Cannot reset 'production'");
    assertThat(
            there
                .bash(
                    "EPOCH_AUTHOR_NAME=Rob EPOCH_AUTHOR_EMAIL=rob@example.com %s review approve staging -m 'Well done'"
                        .formatted(Checkout.epoch()))
                .ok())
        .matches("Approved [0-9a-f]{7} of staging \\(1 approval\\)\n");
    assertThat(there.epoch("review", "list", "staging").ok())
        .endsWith("approve rob@example.com: Well done\n");
    assertThat(there.epoch("merge", "staging").ok()).startsWith("Fast-forward merge: production");
    there.epoch("revert", "HEAD").ok();
    there.epoch("branch", "unprotect", "production").ok();
    assertThat(there.epoch("branch", "unprotect", "production").exitCode()).isEqualTo(3);

    Files.writeString(
        folder.resolve("epoch.toml"),
        """
        [branching]
        strategy = "environment"
        protected_branches = ["staging", "production"]

        [branching.promotion]
        paths = [
            { source = "development", target = "staging" },
            { source = "staging", target = "production" }
        ]
        require_approval = true
        conflict_strategy = "fail"

        [conflict]
        default_strategy = "manual"

        [conflict.table_rules.customers]
        strategy = "last_write_wins"
        timestamp_field = "created_at"

        [conflict.field_rules."customers.credit"]
        strategy = "sum"
        """);
    there.epoch("config", "push").ok();
    assertThat(there.epoch("branch", "protections").ok())
        .isEqualTo(
            """
            production: no reset, rebase, rename, deletion; committed to by nobody
            staging: no reset, rebase, rename, deletion; committed to by nobody
            """);
    assertThat(there.epoch("merge", "main").exitCode()).isZero();
    there.epoch("checkout", "staging").ok();
    guarded.branch("feature/x", "main");
    onBranch(guarded, "feature/x", "UPDATE customers SET name = 'X' WHERE id = 1");
    guarded.commit("feature/x", "feature");
    assertThat(there.epoch("merge", "feature/x").err())
        .contains("changes come there by development -> staging");
    assertThat(there.epoch("repo", "list", "--format", "json").ok())
        .containsPattern("\"timestamp_field\" ?: ?\"created_at\"")
        .containsPattern("\"require_approval\" ?: ?true");
  }

  private static boolean isMerging(Shop shop) {
    return shop.get("/branches/main").ok().path("merge_in_progress").booleanValue();
  }

  private static void onBranch(Shop shop, String branch, String sql) throws Exception {
    try (Connection session = shop.database().connect()) {
      Database.execute(session, "SELECT epoch.use_branch('" + branch + "')", sql);
    }
  }

  private static int overlays() throws Exception {
    return Integer.parseInt(
        shop.database()
            .rows("SELECT count(*) FROM pg_class WHERE relname LIKE 'customers\\_\\_v\\_%'")
            .getFirst());
  }

  @Test
  void aMistakeEndsTheProgramWithItsCode() {
    Shell.Result result = epoch("commit -m nothing");

    assertThat(result.exitCode()).isBetween(1, 6);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).matches("(?s)error: .+\nhint: .+\n");
  }

  private static Shell.Result epoch(String command) {
    return shell.bash("%s %s".formatted(Checkout.epoch(), command));
  }
}
