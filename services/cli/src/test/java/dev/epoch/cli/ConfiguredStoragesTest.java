package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Storage backends that are named before there is a repository. */
class ConfiguredStoragesTest extends CommandTest {

  private static final String CREATED = "{\"name\": \"my-repo\", \"default_branch\": \"main\"}";

  @Test
  void theExampleOfTheGuideRunsAsPrinted() throws Exception {
    server.on("POST /repositories", 201, CREATED);

    var added = shell.run("storage", "add", "dev", "--type", "local", "--path", "./data");
    prints(
        "Initialized repository 'my-repo' on branch 'main'\n",
        "init",
        "my-repo",
        "--storage",
        "dev");

    var file = shell.folder().resolve("epoch.toml");
    assertThat(added.out()).isEqualTo("Added storage 'dev' (local) to " + file + "\n");
    assertThat(added.err())
        .isEqualTo(
            "hint: 'epoch init <name> --storage dev' makes a repository with it; for one that"
                + " exists, name it with --repository\n");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(server.request("POST /repositories").body().toString())
        .isEqualTo(
            "{\"name\":\"my-repo\",\"default_storage\":\"dev\",\"storage_configs\":"
                + "{\"dev\":{\"backend\":\"local\",\"config\":{\"path\":\"./data\"}}}}");
  }

  @Test
  void settingsComeFromTheFileWithTheirSecrets() {
    server.on("POST /repositories", 201, CREATED);
    shell.set("DB_PASSWORD", "s3cret");
    shell.write(
        "epoch.toml",
        """
        [storage.s3.lake]
        bucket = "b"

        [storage.postgres.production]
        host = "db.example.com"
        port = 5433
        database = "app"
        password = "${DB_PASSWORD}"
        description = "Live"
        """);

    prints(
        "Initialized repository 'my-repo' on branch 'main'\n",
        "init",
        "my-repo",
        "--storage",
        "production");

    assertThat(server.request("POST /repositories").body().path("storage_configs").toString())
        .isEqualTo(
            "{\"production\":{\"backend\":\"postgresql\",\"description\":\"Live\",\"config\":"
                + "{\"host\":\"db.example.com\",\"port\":5433,\"database\":\"app\","
                + "\"password\":\"s3cret\"}}}");
  }

  @Test
  void addsToTheFileAndKeepsWhatStandsThere() {
    String before = "# mine\n[defaults]\nauthor_name = \"Ada\"";
    shell.write("epoch.toml", before);

    shell.run(
        "storage",
        "add",
        "tun nel",
        "--type",
        "mysql",
        "--url",
        "mysql://h/d?a=\"b\\c\"",
        "--ssh-host",
        "bastion");

    assertThat(shell.read("epoch.toml"))
        .isEqualTo(
            before
                + """


                [storage.mysql."tun nel"]
                url = "mysql://h/d?a=\\"b\\\\c\\""

                [storage.mysql."tun nel".ssh_tunnel]
                host = "bastion"
                """);
    fails(
        4,
        "error: storage 'tun nel' stands in "
            + shell.folder().resolve("epoch.toml")
            + " already\nhint: edit it there, or choose another name\n",
        "storage",
        "add",
        "tun nel",
        "--type",
        "local",
        "--path",
        "/d");
  }

  @Test
  void anUnknownStorageIsRefusedBeforeAnythingIsMade() {
    fails(
        3,
        "error: no storage 'dev' is configured here\n"
            + "hint: add it before with 'epoch storage add dev --type <type> ...' in this folder;"
            + " or after with 'epoch init my-repo' and 'epoch storage add dev --type <type> ..."
            + " --set-default'\n",
        "init",
        "my-repo",
        "--storage",
        "dev");
    assertThat(server.requests("POST /repositories")).isEmpty();
    assertThat(shell.folder().resolve(".epoch")).doesNotExist();
  }

  @Test
  void aDefaultNeedsARepository() {
    fails(
        2,
        "error: --set-default is for the storage of a repository, and this folder belongs to none\n"
            + "hint: name one with --repository, or run 'epoch repo open <name>' here\n",
        "storage",
        "add",
        "dev",
        "--type",
        "local",
        "--path",
        "/d",
        "--set-default");
  }
}
