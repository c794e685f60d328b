package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Printed;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tutorials as they are printed: same commands, same output. Only where a URL says {@code
 * localhost}, the port and user of the test's PostgreSQL are put in.
 */
@Timeout(240)
class TutorialsIT {

  @TempDir static Path home;
  private static EmbeddedPostgres postgres;
  private static ServerProcess server;

  private Database mydb;
  private Shell shell;
  private final Printed printed = new Printed();
  private final Printed expected = new Printed();

  @BeforeAll
  static void start() throws Exception {
    postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
    database("postgres").create("horizon_epoch");
    server =
        new ServerProcess(home.resolve("data"))
            .start(Map.of("EPOCH_METADATA_URL", database("horizon_epoch").url()));
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
    postgres.close();
  }

  @BeforeEach
  void sampleData(TestInfo test) throws Exception {
    mydb = database("postgres").create("mydb");
    mydb.execute(
        """
        CREATE TABLE users (
            id SERIAL PRIMARY KEY,
            name VARCHAR(255) NOT NULL,
            email VARCHAR(255) NOT NULL,
            created_at TIMESTAMP DEFAULT NOW()
        )
        """,
        """
        INSERT INTO users (name, email) VALUES
            ('Alice', 'alice@example.com'),
            ('Bob', 'bob@example.com'),
            ('Charlie', 'charlie@example.com')
        """);
    Path folder = home.resolve(test.getTestMethod().orElseThrow().getName());
    shell = server.shell(Files.createDirectory(folder));
  }

  @Test
  void yourFirstRepository() {
    prints(
        """
        Initialized repository 'my-first-repo' on branch 'main'
        """,
        """
        epoch init my-first-repo \\
          --metadata-url "postgresql://localhost/horizon_epoch" \\
          --description "My first Horizon Epoch repository"
        """);
    prints(
        """
        Registered table 'users' with 3 records
          Schema: id (int), name (text), email (text), created_at (timestamp)
          Primary key: id
        """,
        """
        epoch table add users \\
          --location "postgresql://localhost/mydb/public.users"
        """);
    prints(
        """
        Created commit abc123f
          1 table, 3 records
        """,
        "epoch commit -m \"Initial import of users table\"");
    prints(
        """
        commit abc123f
        Author: Your Name <you@example.com>
        Date:   Thu Dec 12 10:30:00 2025

            Initial import of users table

            Tables: users
            Stats: 3 records added
        """,
        "epoch log");
    prints(
        """
        On branch main
        nothing to commit, working tree clean
        """,
        "epoch status");
  }

  @Test
  void branchingWorkflow() throws Exception {
    firstCommit("branching");
    prints(
        """
        Created branch 'feature/user-preferences' at abc123f
        Switched to branch 'feature/user-preferences'
        """,
        """
        epoch branch create feature/user-preferences
        epoch checkout feature/user-preferences
        """);
    run(
        """
        epoch checkout main
        epoch branch create development
        epoch branch create staging
        epoch branch create production
        epoch branch create hotfix/fix-email-format --from production
        epoch branch create feature/add-status-field
        epoch checkout feature/add-status-field
        """);

    onBranch("feature/add-status-field", "UPDATE users SET email = lower(name) || '@company.com'");
    prints(
        """
        Modified: users
          Record changes:
            ~ 3 records modified
        """,
        "epoch diff");
    run("epoch commit -m \"Add status field to users table\"");
    prints(
        """
        def456a Add status field to users table
        abc123f Initial import of users table
        """,
        "epoch log --oneline");
    prints(
        """
        Modified: users
          Record changes:
            ~ 3 records modified
        """,
        "epoch diff main..feature/add-status-field");
    prints(
        """
        Switched to branch 'main'
        Fast-forward merge: main -> def456a
        Deleted branch feature/add-status-field (was def456a).
        """,
        """
        epoch checkout main
        epoch merge feature/add-status-field
        epoch branch delete feature/add-status-field
        """);
    assertThat(mydb.rows("SELECT email FROM users ORDER BY id"))
        .containsExactly("alice@company.com", "bob@company.com", "charlie@company.com");

    onBranch("development", "INSERT INTO users (name, email) VALUES ('Dora', 'dora@example.com')");
    prints(
        """
        Created commit 000000d
          1 table, 1 record
        Switched to branch 'staging'
        Fast-forward merge: staging -> 000000d
        Switched to branch 'production'
        Fast-forward merge: production -> 000000d
        """,
        """
        epoch commit --branch development -m "Dora joins"
        epoch checkout staging
        epoch merge development
        epoch checkout production
        epoch merge staging
        """);
    assertThat(run("epoch branch list --graph"))
        .contains("HEAD -> production, development, staging", "(main)", "hotfix/fix-email-format");
    assertThat(run("epoch log --graph --all").lines().filter(line -> line.contains("commit ")))
        .hasSize(3);
    assertThat(mydb.rows("SELECT count(*) FROM users")).containsExactly("3");
  }

  @Test
  void mergingData() throws Exception {
    firstCommit("merging");
    run(
        """
        epoch branch create feature/simple-change
        epoch branch create feature/complex-change
        """);
    onBranch("feature/simple-change", "UPDATE users SET name = 'Al' WHERE id = 1");
    onBranch("feature/complex-change", "UPDATE users SET email = 'al@example.com' WHERE id = 1");
    run(
        """
        epoch commit --branch feature/simple-change -m simple
        epoch commit --branch feature/complex-change -m complex
        """);
    prints("Fast-forward merge: main -> def456a", "epoch merge feature/simple-change");
    prints(
        "Merged feature/complex-change into main (commit: 000789b)",
        "epoch merge feature/complex-change");
    assertThat(mydb.rows("SELECT name, email FROM users WHERE id = 1"))
        .containsExactly("Al|al@example.com");
  }

  @Test
  void handlingConflicts() throws Exception {
    divergedRepository("conflicts");

    stopsAtConflicts();
    prints(
        """
        On branch main
        You have unmerged paths.
          (fix conflicts and run "epoch merge --continue")
          (use "epoch merge --abort" to abort the merge)

        Unmerged paths:
          both modified:   users (3 conflicts)
        """,
        "epoch status");
    prints(
        """
        Table: users
        ------------------------------------------------------------
        Record ID: 42
          Field: email
            BASE:   alice@example.com
            OURS:   alice@company.com
            THEIRS: alice.smith@example.com

          Field: status
            BASE:   active
            OURS:   trial
            THEIRS: inactive

        Record ID: 87
          Field: status
            BASE:   active
            OURS:   inactive
            THEIRS: suspended
        ------------------------------------------------------------
        """,
        "epoch conflicts show");
    assertThat(run("epoch conflicts show --format json > conflicts.json; cat conflicts.json"))
        .contains("alice.smith@example.com");

    run("epoch merge --abort");
    prints("On branch main\nnothing to commit, working tree clean\n", "epoch status");
    assertUsers("42|alice@company.com|trial", "87|hugo@example.com|inactive");

    stopsAtConflicts();
    run("epoch conflicts resolve users --record 87 --theirs");
    run("epoch conflicts resolve users --record 42 --ours");
    run(
        "epoch conflicts resolve users --record 42 --field email --value \"alice.smith@company.com\"");
    run("epoch merge --continue");
    assertUsers("42|alice.smith@company.com|trial", "87|hugo@example.com|suspended");
    assertThat(run("epoch log --oneline -5").lines()).hasSize(4);
    prints("On branch main\nnothing to commit, working tree clean\n", "epoch status");
  }

  @Test
  void resolvingInBulkAndInDialogue() throws Exception {
    divergedRepository("bulk");

    stopsAtConflicts();
    run("epoch conflicts resolve --ours");
    assertThat(shell.bash("PATH=" + Checkout.ROOT + "/bin:$PATH; epoch status").ok())
        .contains("All conflicts fixed but you are still merging.");
    run("epoch conflicts resolve --theirs");
    String dialogue =
        run("epoch merge --abort; epoch merge feature/conflicting-changes || true")
            + run("printf 't\\nc\\nbusy\\nb\\n' | epoch conflicts resolve --interactive");
    assertThat(dialogue)
        .contains(
            "Conflict 1 of 3: users.email (record 42)",
            "[o] Keep ours (alice@company.com)",
            "[t] Keep theirs (alice.smith@example.com)",
            "[b] Keep base (alice@example.com)",
            "[c] Enter custom value",
            "[s] Skip (resolve later)");
    run("epoch merge --continue");
    assertUsers("42|alice.smith@example.com|busy", "87|hugo@example.com|active");
  }

  /** Two tables that both sides have changed; and a merge of the same again. */
  @Test
  void resolveConflicts() throws Exception {
    mydb.execute(
        "ALTER TABLE users ADD COLUMN phone text, ADD COLUMN status text",
        "INSERT INTO users (id, name, email, phone, status) VALUES (42, 'A', 'alice@example.com', '555-0100', 'active'), (87, 'H', 'h@x', '1', 'active')",
        "CREATE TABLE orders (id int PRIMARY KEY, total int)",
        "INSERT INTO orders VALUES (7, 1)");
    run("epoch init resolving");
    run("epoch table add users --location \"postgresql://localhost/mydb/public.users\"");
    run("epoch table add orders --location \"postgresql://localhost/mydb/public.orders\"");
    run("epoch commit -m base; epoch branch create feature/user-updates");
    onBranch(
        "feature/user-updates",
        "UPDATE users SET email = 'alice.smith@example.com', phone = '555-0199' WHERE id = 42",
        "UPDATE users SET status = 'suspended' WHERE id = 87",
        "UPDATE orders SET total = 2");
    mydb.execute(
        "UPDATE users SET email = 'alice@company.com', phone = '555-0111' WHERE id = 42",
        "UPDATE users SET status = 'inactive' WHERE id = 87",
        "UPDATE orders SET total = 3");
    run("epoch commit --branch feature/user-updates -m theirs; epoch commit -m ours");
    String merge = "epoch merge feature/user-updates || true";

    assertThat(run(merge))
        .contains("CONFLICT: Merge conflict in users", "CONFLICT: Merge conflict in orders")
        .endsWith("Automatic merge failed; fix conflicts and then commit.\n");
    assertThat(run("epoch status"))
        .contains("On branch main\nYou have unmerged paths.", "Unmerged paths:\n")
        .contains("  both modified:   users (3 conflicts)\n")
        .contains("  both modified:   orders (1 conflict)\n");
    assertThat(run("epoch conflicts show"))
        .contains(
            """
            Record ID: 42
              Field: email
                BASE:   alice@example.com
                OURS:   alice@company.com
                THEIRS: alice.smith@example.com

              Field: phone
                BASE:   555-0100
                OURS:   555-0111
                THEIRS: 555-0199

            Record ID: 87
            """);
    run("epoch conflicts show --format json > conflicts.json");
    assertThat(run("printf 's\\ns\\ns\\ns\\n' | epoch conflicts resolve --interactive"))
        .contains("Conflict 1 of 4: ", "Choose resolution:\n");
    run("epoch conflicts resolve users --theirs");
    run("epoch conflicts resolve orders --ours");
    run("epoch conflicts resolve users --record 42 --ours");
    run("epoch conflicts resolve users --record 87 --theirs");
    run(
        """
        epoch conflicts resolve users \\
            --record 42 \\
            --field email \\
            --value "alice.final@company.com"
        """);
    run("epoch merge --abort");

    // what was decided is offered again, and may be forgotten
    run(merge);
    assertThat(run("epoch conflicts show")).contains("LEARNT: value, alice.final@company.com");
    run("epoch conflicts forget orders; epoch conflicts resolve --learnt");
    assertThat(run("epoch status")).contains("orders (1 conflict)").doesNotContain("users");
    run("epoch conflicts resolve orders --theirs; epoch merge --abort");
    assertThat(run("epoch merge feature/user-updates --learnt -m \"resolved as before\""))
        .contains("into main");
    assertThat(mydb.rows("SELECT email, phone FROM users WHERE id = 42"))
        .isEqualTo(List.of("alice.final@company.com|555-0111"));
    assertThat(mydb.rows("SELECT status, total FROM users, orders WHERE users.id = 87"))
        .isEqualTo(List.of("suspended|2"));
    assertThat(run("epoch log -1 --oneline")).contains("resolved as before");
    mydb.execute("UPDATE users SET phone = '9' WHERE id = 87");
    run("epoch stash -m later");
    assertThat(run("epoch stash show")).startsWith("0: later\n").contains("users");
    assertThat(bash("epoch stash show 1").err()).contains("has no stash 1");
    assertThat(run("epoch gc --force --dry-run")).contains("merged branch feature/user-updates");
  }

  @Test
  void mergeStrategies() throws Exception {
    divergedRepository("strategies");
    run("epoch branch create ours --from main && epoch branch create theirs --from main");

    run("epoch checkout ours && epoch merge feature/conflicting-changes --strategy ours");
    run("epoch checkout theirs && epoch merge feature/conflicting-changes --strategy theirs");

    String query = "epoch query --format csv \"SELECT email, status FROM users WHERE id = 42\"";
    assertThat(run(query + " --at ours")).contains("alice@company.com,trial");
    assertThat(run(query + " --at theirs")).contains("alice.smith@example.com,inactive");
    assertUsers("42|alice@company.com|trial", "87|hugo@example.com|inactive");
  }

  private void firstCommit(String repository) {
    run("epoch init " + repository);
    run("epoch table add users --location \"postgresql://localhost/mydb/public.users\"");
    prints(
        "Created commit abc123f\n  1 table, "
            + (repository.equals("branching") || repository.equals("merging") ? 3 : 5)
            + " records",
        "epoch commit -m \"Initial import of users table\"");
  }

  /** Two more users with a state; a branch and main that both have changed them. */
  private void divergedRepository(String repository) throws Exception {
    mydb.execute(
        "ALTER TABLE users ADD COLUMN status text NOT NULL DEFAULT 'active'",
        "INSERT INTO users (id, name, email) VALUES (42, 'Alice', 'alice@example.com')",
        "INSERT INTO users (id, name, email) VALUES (87, 'Hugo', 'hugo@example.com')");
    firstCommit(repository);
    run("epoch branch create feature/conflicting-changes");
    onBranch(
        "feature/conflicting-changes",
        "UPDATE users SET email = 'alice.smith@example.com', status = 'inactive' WHERE id = 42",
        "UPDATE users SET status = 'suspended' WHERE id = 87");
    mydb.execute(
        "UPDATE users SET email = 'alice@company.com', status = 'trial' WHERE id = 42",
        "UPDATE users SET status = 'inactive' WHERE id = 87");
    run("epoch commit --branch feature/conflicting-changes -m theirs");
    run("epoch commit -m ours");
  }

  private void stopsAtConflicts() {
    Shell.Result merge = bash("epoch merge feature/conflicting-changes");
    assertThat(merge.exitCode()).isEqualTo(1);
    assertThat(merge.out())
        .isEqualTo(
            """
            CONFLICT: Merge conflict in users
            Automatic merge failed; fix conflicts and then commit.
            """);
  }

  private void assertUsers(String... rows) throws Exception {
    assertThat(mydb.rows("SELECT id, email, status FROM users WHERE id > 3 ORDER BY id"))
        .isEqualTo(List.of(rows));
  }

  private void onBranch(String branch, String... statements) throws Exception {
    try (Connection session = mydb.connect()) {
      Database.execute(session, "SELECT epoch.use_branch('" + branch + "')");
      Database.execute(session, statements);
    }
  }

  private void prints(String output, String commands) {
    String out = run(commands);
    assertThat(printed.neutral(out)).as(commands).isEqualTo(expected.neutral(output));
  }

  private String run(String commands) {
    return bash(commands).ok();
  }

  private Shell.Result bash(String commands) {
    String reachable =
        commands.replace(
            "//localhost/",
            "//%s:%s@localhost:%d/".formatted(mydb.user(), mydb.password(), mydb.port()));
    return shell.bash("PATH=" + Checkout.ROOT + "/bin:$PATH\n" + reachable);
  }

  private static Database database(String name) {
    return new Database("localhost", postgres.getPort(), name, "postgres", "postgres");
  }
}
