package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageCommandTest extends CommandTest {

  private static final String TWO =
      """
      {"storage": [
         {"name": "prod-pg", "backend": "postgresql", "description": "Live", "default": true,
          "config": {"host": "db.example.com", "database": "production"}},
         {"name": "lake", "backend": "s3", "description": null, "default": false,
          "enabled": false, "config": {"bucket": "b"}}]}
      """;

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
    server.on("POST /storage/x/test", "{\"ok\": true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prod-pg --type postgresql --host db.example.com --database production --port 5433 --schema s --username u --ssl-mode require"
            + "|postgresql|{'host':'db.example.com','port':5433,'database':'production','schema':'s','username':'u','sslmode':'require'}",
        "mydb --type postgresql --url postgresql://user:pass@localhost/production"
            + "|postgresql|{'url':'postgresql://user:pass@localhost/production'}",
        "analytics --type mysql --host h --port 3306 --database a --ssl-mode required"
            + "|mysql|{'host':'h','port':3306,'database':'a','ssl_mode':'required'}",
        "warehouse --type mssql --host h --database w|mssql|{'host':'h','database':'w'}",
        "local --type sqlite --database ./data/local.db|sqlite|{'path':'DIRECTORY/data/local.db'}",
        "local --type sqlite --path :memory: --journal-mode wal --foreign-keys true"
            + "|sqlite|{'path':':memory:','journal_mode':'wal','foreign_keys':true}",
        "minio --type s3 --bucket b --endpoint http://localhost:9000 --path-style --region r --path-prefix p/"
            + "|s3|{'bucket':'b','region':'r','endpoint':'http://localhost:9000','prefix':'p/','force_path_style':true}",
        "az --type azureblob --account a --container c --account-key k"
            + "|azure|{'account':'a','container':'c','access_key':'k'}",
        "g --type gcs --bucket b --project p --credentials-file /k.json"
            + "|gcs|{'bucket':'b','project':'p','credentials_file':'/k.json'}",
        "l --type local --base-path /data/epoch|local|{'path':'/data/epoch'}",
        "s --type s3 --bucket b --credentials aws-profile --profile production"
            + "|s3|{'bucket':'b','credentials':{'type':'aws-profile','profile':'production'}}",
        "m --type mysql --url mysql://h/d --ssh-host bastion --ssh-user u --ssh-key ~/.ssh/id"
            + "|mysql|{'url':'mysql://h/d','ssh_tunnel':{'host':'bastion','user':'u','key_file':'~/.ssh/id'}}",
        "o --type local --path /d --option create_dirs=false|local|{'path':'/d','create_dirs':'false'}"
      })
  void addsEveryType(String options, String backend, String config) {
    server.on("POST /storage", 201, "{\"status\": \"created\", \"name\": \"x\"}");
    List<String> command = new ArrayList<>(List.of("storage", "add"));
    command.addAll(List.of(options.split(" ")));

    var result = shell.run(command.toArray(String[]::new));

    assertThat(result.out()).startsWith("Added storage ");
    var request = server.request("POST /storage");
    assertThat(request.body().path("backend").asText()).isEqualTo(backend);
    assertThat(request.body().path("config").toString().replace('"', '\''))
        .isEqualTo(config.replace("DIRECTORY", Path.of("").toAbsolutePath().toString()));
    assertThat(request.query()).containsEntry("repository", "shop");
  }

  @Test
  void sendsDescriptionAndDefault() {
    server.on("POST /storage", 201, "{\"status\": \"created\", \"name\": \"l\"}");
    server.on("POST /storage/l/test", "{\"ok\": true}");

    prints(
        "Added storage 'l' (local)\n",
        "storage",
        "add",
        "l",
        "--type",
        "local",
        "--path",
        "/d",
        "--description",
        "Here",
        "--set-default");

    var request = server.request("POST /storage");
    assertThat(request.body().toString())
        .isEqualTo(
            "{\"name\":\"l\",\"backend\":\"local\",\"config\":{\"path\":\"/d\"},"
                + "\"description\":\"Here\",\"default\":true}");
    assertThat(request.query()).containsEntry("repository", "shop");
  }

  @Test
  void missesWhatABackendNeeds() {
    fails(
        2,
        "error: postgresql needs --url, or --host and --database\n",
        "storage",
        "add",
        "x",
        "--type",
        "postgresql");
    fails(2, "error: s3 needs --bucket\n", "storage", "add", "x", "--type", "s3");
    fails(
        2,
        "error: give --type: postgresql, mysql, mssql, sqlite, s3, azureblob, gcs or local\n",
        "storage",
        "add",
        "x",
        "--host",
        "h");
    server.on("POST /storage", 201, "{\"name\": \"x\"}");
    prints(
        "Added storage 'x' (postgresql)\n", "storage", "add", "x", "--url", "postgresql://u:p@h/d");
    assertThat(server.requests("POST /storage").getLast().body().path("backend").asText())
        .isEqualTo("postgresql");
    fails(
        2,
        "error: unknown storage type 'oracle'; known: postgresql, mysql, mssql, sqlite, s3,"
            + " azureblob, gcs, local\n",
        "storage",
        "add",
        "x",
        "--type",
        "oracle");
  }

  @Test
  void aNewStorageIsTriedAndStays() {
    server.on("POST /storage", 201, "{\"name\": \"bad\"}");
    server.on("POST /storage/bad/test", "{\"ok\": false, \"message\": \"no such host\"}");

    var result = shell.run("storage", "add", "bad", "--url", "postgresql://u:p@h/d");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("Added storage 'bad' (postgresql)\n");
    assertThat(result.err())
        .startsWith(
            "warning: it cannot be used yet: no such host\nhint: 'epoch storage update bad'");
  }

  @Test
  void listsAndShows() {
    server.on("GET /storage", TWO);
    server.on(
        "GET /storage/prod-pg",
        """
        {"name": "prod-pg", "backend": "postgresql", "description": "Live", "default": true,
         "config": {"host": "db.example.com", "port": 5432}}
        """);

    prints(
        """
        NAME     TYPE        STATE             DESCRIPTION
        prod-pg  postgresql  enabled, default  Live
        lake     s3          disabled
        """,
        "storage",
        "list");
    prints(
        """
        NAME  TYPE  STATE     DESCRIPTION
        lake  s3    disabled
        """,
        "storage",
        "list",
        "--type",
        "s3");
    prints(
        """
        Storage: prod-pg
          Type: postgresql
          Description: Live
          State: enabled
          Default: yes
          host: db.example.com
          port: 5432
        """,
        "storage",
        "show",
        "prod-pg");
  }

  @Test
  void updatesAndRemoves() {
    server.on("PATCH /storage/lake", "{}");
    server.on("DELETE /storage/lake", 204, "");

    prints("Updated storage 'lake'\n", "storage", "update", "lake", "--disable");
    prints(
        "Updated storage 'lake'\n", "storage", "update", "lake", "--enable", "--description", "D");
    assertThat(server.requests("PATCH /storage/lake"))
        .extracting(request -> request.body().toString())
        .containsExactly("{\"enabled\":false}", "{\"description\":\"D\",\"enabled\":true}");
    fails(2, "error: give --description, --enable or --disable\n", "storage", "update", "lake");
    prints("Removed storage 'lake'\n", "storage", "remove", "lake", "--force");
    assertThat(server.request("DELETE /storage/lake").query()).containsEntry("force", "true");
  }

  @Test
  void setsShowsAndClearsTheDefault() {
    server.on("GET /storage", TWO).on("GET /storage", TWO).on("GET /storage", "{\"storage\": []}");
    server.on("PATCH /storage/prod-pg", "{}");

    prints("prod-pg\n", "storage", "default", "show");
    prints("Cleared the default storage\n", "storage", "default", "clear");
    prints("No default storage.\n", "storage", "default", "show");
    prints("Default storage is now 'prod-pg'\n", "storage", "default", "set", "prod-pg");

    assertThat(server.requests("PATCH /storage/prod-pg"))
        .extracting(request -> request.body().toString())
        .containsExactly("{\"default\":false}", "{\"default\":true}");
  }

  @Test
  void aTestTellsWhatTheBackendCan() {
    server.on(
        "POST /storage/lite/test",
        """
        {"ok": true, "capabilities": {"transactions": "all_tables", "capture": "triggers",
          "constraints": ["check"], "parts": ["queries", "table_copies"]}}
        """);

    prints(
        """
        lite: ok
          operations over all tables at once; changes noticed by triggers; queries, table copies
        """,
        "storage",
        "test-credentials",
        "lite");
  }

  @Test
  void testsCredentials() {
    server.on("GET /storage", TWO);
    server.on("POST /storage/prod-pg/test", "{\"ok\": true}");
    server.on(
        "POST /storage/lake/test",
        503,
        "{\"error\": \"ConnectionFailedError\", \"message\": \"no such bucket\"}");

    prints("prod-pg: ok\n", "storage", "test-credentials", "prod-pg");
    var all = shell.run("storage", "test-credentials", "--all");
    assertThat(all.out()).isEqualTo("prod-pg: ok\nlake: no such bucket\n");
    assertThat(all.exitCode()).isEqualTo(1);
  }

  @Test
  void tellsWhatStorageLogsInWithAndRotatesIt() {
    // given
    String credentials =
        "{\"storage\": \"prod-pg\", \"backend\": \"postgresql\", \"provider\": \"static\","
            + " \"username\": \"app\", \"secrets\": [\"password\"], \"sealed_by\": \"17\","
            + " \"readable\": %s}";
    server.on(
        "GET /storage", "{\"storage\": [{\"name\": \"prod-pg\", \"backend\": \"postgresql\"}]}");
    server.on("GET /storage/prod-pg/credentials", credentials.formatted("true"));
    server.on("GET /storage/prod-pg/credentials", credentials.formatted("false"));
    server.on("POST /storage/prod-pg/credentials", credentials.formatted("true"));

    // then
    prints(
        """
        NAME     TYPE        USER  PROVIDER  SECRETS   SEALED BY  STATE
        prod-pg  postgresql  app   static    password  17         ok
        """,
        "storage",
        "credentials",
        "prod-pg");
    var unreadable = shell.run("storage", "credentials", "--all");
    assertThat(unreadable.out()).contains("no key opens them");
    assertThat(unreadable.exitCode()).isEqualTo(1);
    shell.type("s3cret\n");
    prints(
        "Storage 'prod-pg' logs in with the new password\n",
        "storage",
        "credentials",
        "prod-pg",
        "--rotate",
        "--username",
        "app2");
    assertThat(server.request("POST /storage/prod-pg/credentials").body().toString())
        .isEqualTo("{\"password\":\"s3cret\",\"username\":\"app2\"}");
    fails(
        2,
        "error: --rotate is about one storage backend\n",
        "storage",
        "credentials",
        "--all",
        "--rotate");
    fails(
        2,
        "error: --username goes with --rotate\n",
        "storage",
        "credentials",
        "x",
        "--username",
        "y");
  }

  @Test
  void opensNoTunnels() {
    fails(
        4,
        "error: the server opens no SSH tunnels, so there is none to show\n"
            + "hint: on its machine: ssh -N -L 15432:database:5432 user@bastion; then epoch storage"
            + " add <name> --type postgresql --host localhost --port 15432 --database <name>\n",
        "storage",
        "tunnels");
    for (String remote : List.of("pull", "push")) {
      assertThat(shell.run(remote, "origin", "main"))
          .matches(result -> result.exitCode() == 4)
          .matches(
              result -> result.err().startsWith("error: there is no remote 'origin' to " + remote))
          .matches(result -> result.err().contains("\nhint: leave it out"));
    }
  }
}
