package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoctorCommandTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
  }

  private void healthy() {
    server.on(
        "GET /health", "{\"status\": \"healthy\", \"version\": \"0.1.0\", \"connected\": true}");
    server.on("GET /ready", "{\"ready\": true, \"metadata_connected\": true}");
    server.on("GET /branches", "{\"branches\": [{\"name\": \"main\"}]}");
    server.on("GET /storage", "{\"storage\": [{\"name\": \"lake\"}]}");
    server.on("POST /storage/lake/test", "{\"ok\": true}");
  }

  @Test
  void findsNothing() {
    healthy();
    server.on(
        "GET /admin/projections",
        """
        {"projections": [
           {"name": "branch-heads", "position": 9, "lag": 0,
            "state": "running"},
           {"name": "conflicts", "position": 7, "lag": 2,
            "state": "running"}]}
        """);
    server.on("GET /admin/recovery", "{\"open\": [], \"recoveries\": []}");
    server.on("GET /admin/capture", "{\"uncaptured\": []}");

    prints(
        """
        [ok]      config: no configuration file; %s; server %s
        [ok]      server: healthy, version 0.1.0
        [ok]      ready: ready
        [ok]      repository: branch 'main'
        [ok]      projections: 2 running; conflicts is 2 records behind
        [ok]      recovery: no operation is in doubt
        [ok]      capture: all changes of tables are captured
        [ok]      credentials: 1 storage backend tried, all answer
        """
            .formatted(shell.folder().resolve(".epoch"), server.url()),
        "doctor");
  }

  @Test
  void namesKeysThatNothingReads() {
    shell.write(
        "epoch.toml",
        """
        [ddl]
        lock_timeout_secs = 5
        warn_large_table_rows = 7

        [conflict.field_rules."users.email"]
        strategy = "source_wins"

        [storage.postgres.dev]
        host = "h"

        [profiles.ci.server]
        url = "http://ci"
        port = 1
        """);

    assertThat(shell.run("doctor", "--check", "config").out())
        .endsWith(
            "hint: nothing reads ddl.warn_large_table_rows, profiles.ci.server.port of that file;"
                + " 'epoch config show --all' lists the keys\n");
  }

  @Test
  void findsProblems() {
    healthy();
    shell.inRepository("shop", "gone");
    server.on(
        "GET /admin/projections",
        """
        {"projections": [
           {"name": "branch-heads", "position": 9, "lag": 0,
            "state": "running"},
           {"name": "webhooks", "position": 6, "lag": 3,
            "state": "parked", "parked_at": 7, "error": "no such branch", "repositories": [
              {"repository": "shop", "state": "parked", "position": 7, "error": "no such branch"}]}]}
        """);
    server.on("GET /admin/recovery", "{\"open\": [{}, {}], \"recoveries\": []}");
    server.on(
        "GET /admin/capture",
        """
        {"uncaptured": [{"repository": "shop", "table": "users", "branch": "main",
           "problem": "its triggers are off", "remedy": "epoch table rescan users"}]}
        """);

    var result = shell.run("doctor");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .contains("[problem] repository: branch 'gone' does not exist\n")
        .contains("          hint: epoch checkout <branch>\n")
        .contains(
            "[problem] projections: webhooks is parked before position 7 of repository shop: no such"
                + " branch\n"
                + "          hint: remove the cause, then POST"
                + " /api/v1/admin/projections/webhooks/retry?repository=shop; .../skip leaves the"
                + " event out, /admin/rebuild builds it anew\n")
        .contains("[problem] recovery: 2 operations are in doubt\n")
        .contains(
            "[problem] capture: users on main of shop: its triggers are off\n"
                + "          hint: epoch table rescan users\n");
  }

  @Test
  void aServerThatIsNotReadyIsAProblem() {
    healthy();
    server.on("GET /ready", 503, "{\"ready\": false, \"metadata_connected\": false}");
    shell.run("doctor", "--check", "ready");

    var result = shell.run("doctor", "--check", "ready");

    assertThat(result.out())
        .startsWith("[problem] ready: the metadata database is not connected\n          hint: ");
    assertThat(result.exitCode()).isEqualTo(1);
  }

  @Test
  void looksAtOneThing() {
    healthy();

    prints("[ok]      ready: ready\n", "doctor", "--check", "ready");
    fails(
        2,
        "error: unknown check 'weather'; known: config, server, ready, repository, projections,"
            + " recovery, capture, credentials\n",
        "doctor",
        "--check",
        "weather");
  }

  @Test
  void aServerThatIsNotThereIsAProblem() {
    server.close();

    var result = shell.run("doctor", "--format", "json");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .startsWith("{\n  \"healthy\": false,")
        .contains("cannot reach the Epoch server");
  }

  @Test
  void projectionsNeedNoRepository() {
    healthy();
    server.on("GET /repositories", "{\"repositories\": []}");
    server.on("GET /admin/projections", "{\"projections\": []}");
    server.on("GET /admin/capture", "{\"uncaptured\": []}");

    var result = shell.runIn(shell.home(), "doctor");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .contains(
            "[problem] repository: this folder belongs to no repository, and the server has none yet\n"
                + "          hint: 'epoch init <name>' makes one\n")
        .contains("[ok]      projections: 0 running\n")
        .contains("[problem] recovery: this folder belongs to no repository");
  }
}
