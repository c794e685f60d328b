package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.ScriptedServer;
import dev.epoch.testing.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where each setting comes from, and which source wins. */
class SettingsTest extends CommandTest {

  private static final String CLEAN =
      "{\"branch\": \"main\", \"commit_id\": \"a\", \"staged\": [], \"unstaged\": []}";

  @BeforeEach
  void answer() {
    server.on("GET /status", CLEAN);
  }

  private ScriptedServer.Request statusRequest(String... options) {
    String[] command = new String[options.length + 1];
    System.arraycopy(options, 0, command, 0, options.length);
    command[options.length] = "status";
    Shell.Result result = shell.run(command);
    assertThat(result.err()).isEmpty();
    return server.requests("GET /status").getLast();
  }

  @Test
  void theServerComesFromTheFirstSourceThatNamesIt() {
    String nobody = "http://127.0.0.1:1";
    shell.inRepository("shop", "main");
    shell.set("EPOCH_SERVER_URL", null);

    // file
    shell.write("epoch.toml", "[server]\nurl = \"" + server.url() + "\"\n");
    statusRequest();
    // .epoch/config before file
    shell.write("epoch.toml", "[server]\nurl = \"" + nobody + "\"\n");
    shell.write(
        ".epoch/config", "repository_name = \"shop\"\n[server]\nurl = \"" + server.url() + "\"\n");
    statusRequest();
    // variable before .epoch/config
    shell.write(
        ".epoch/config", "repository_name = \"shop\"\n[server]\nurl = \"" + nobody + "\"\n");
    shell.set("EPOCH_SERVER_URL", server.url());
    statusRequest();
    // option before variable
    shell.set("EPOCH_SERVER_URL", nobody);
    statusRequest("--server", server.url());

    assertThat(server.requests("GET /status")).hasSize(4);
  }

  @Test
  void thePortOfTheDefaultServerCanBeSet() {
    shell.inRepository("shop", "main").set("EPOCH_SERVER_URL", null);
    shell.set("EPOCH_API_PORT", server.url().replaceFirst(".*:", ""));

    statusRequest();
  }

  @Test
  void thePathOfTheApiCanBeSet() {
    shell.inRepository("shop", "main").set("EPOCH_API_PREFIX", "/data/v2");
    server.on("GET /data/v2/status", CLEAN);

    prints("On branch main\nnothing to commit, working tree clean\n", "status");
  }

  @Test
  void repositoryAndBranchComeFromTheFolderAbove() throws IOException {
    shell.inRepository("shop", "feature/x");
    Path below = Files.createDirectories(shell.folder().resolve("a/b"));

    assertThat(shell.runIn(below, "status").exitCode()).isZero();
    statusRequest("-C", "a/b");

    assertThat(server.requests("GET /status"))
        .hasSize(2)
        .allSatisfy(request ->
            assertThat(request.query())
                .containsEntry("repository", "shop")
                .containsEntry("branch", "feature/x"));
  }

  @Test
  void aHomeFolderWithConfigurationIsNoWorkingFolder() throws IOException {
    Files.createDirectories(shell.folder().resolve(".epoch"));
    shell.write(".epoch/config.toml", "[defaults]\nauthor_name = \"Someone\"\n");
    server.on("GET /repositories", "{\"repositories\": []}");

    fails(
        3,
        "error: this folder belongs to no repository, and the server has none yet\n"
            + "hint: 'epoch init <name>' makes one\n",
        "status");
  }

  @ParameterizedTest
  @CsvSource({
    "b, b",
    "'a,b', 'a, b'",
    "'a,b,c,d,e,f,g,h,i,j,k,l', 'a, b, c, d, e, f, g, h, i, j and 2 more'"
  })
  void aRepositoryIsNamedEvenWhereThereIsOneOnly(String names, String told) {
    StringJoiner all = new StringJoiner("\"}, {\"name\": \"", "[{\"name\": \"", "\"}]");
    List.of(names.split(",")).forEach(all::add);
    server.on("GET /repositories", "{\"repositories\": " + all + "}");
    server.on("GET /repositories/b", "{\"name\": \"b\", \"default_branch\": \"main\"}");

    fails(
        3,
        "error: this folder belongs to no repository; the server has "
            + told
            + "\nhint: 'epoch repo open <name>' ties this folder to one of them, 'epoch init <name>'"
            + " makes a new one, --repository <name> means one for this command\n",
        "status");
    assertThat(statusRequest("--repository", "b").query()).containsEntry("repository", "b");
    shell.set("EPOCH_REPOSITORY", "b");
    assertThat(statusRequest().query()).containsEntry("repository", "b");
  }

  @Test
  void theBranchOfTheFolderDoesNotHoldForAnotherRepository() {
    shell.inRepository("shop", "feature/x");
    server.on("GET /repositories/other", "{\"name\": \"other\", \"default_branch\": \"main\"}");

    assertThat(statusRequest("--repository", "other").query())
        .containsEntry("repository", "other")
        .containsEntry("branch", "main");
    assertThat(statusRequest("--branch", "staging").query()).containsEntry("branch", "staging");
  }

  private String author(String... options) {
    ScriptedServer.Request request = statusRequest(options);
    return request.headers().get("X-User-Name")
        + " <"
        + request.headers().get("X-User-Email")
        + ">";
  }

  @Test
  void theAuthorComesFromTheFirstSourceThatNamesThem() throws IOException {
    shell.inRepository("shop", "main");
    shell.set("EPOCH_AUTHOR_NAME", null).set("EPOCH_AUTHOR_EMAIL", null);

    assertThat(author()).isEqualTo("null <null>");
    Files.writeString(
        shell.home().resolve(".gitconfig"), "[user]\n\tname = Git\n\temail = git@example.com\n");
    assertThat(author()).isEqualTo("Git <git@example.com>");
    shell.write("epoch.toml", "[defaults]\nauthor_name = \"File\"\n");
    assertThat(author()).isEqualTo("File <git@example.com>");
    shell.write(
        ".epoch/config",
        "repository_name = \"shop\"\n[author]\nname = \"Local\"\nemail = \"local@example.com\"\n");
    assertThat(author()).isEqualTo("Local <local@example.com>");
    shell.set("EPOCH_AUTHOR_NAME", "Variable");
    assertThat(author()).isEqualTo("Variable <local@example.com>");
    assertThat(author("--author-name", "Option", "--author-email", "option@example.com"))
        .isEqualTo("Option <option@example.com>");
  }

  @Test
  void theConfigurationFileIsTheFirstThatExists() throws IOException {
    shell.inRepository("shop", "main").set("EPOCH_AUTHOR_NAME", null);
    Path home = Files.createDirectories(shell.home().resolve(".config/epoch"));
    Files.writeString(home.resolve("config.toml"), "[defaults]\nauthor_name = \"Fourth\"\n");

    assertThat(author()).startsWith("Fourth");
    shell.write(".epoch/config.toml", "[defaults]\nauthor_name = \"Third\"\n");
    assertThat(author()).startsWith("Third");
    shell.write("config/epoch.toml", "[defaults]\nauthor_name = \"Second\"\n");
    assertThat(author()).startsWith("Second");
    shell.write("epoch.toml", "[defaults]\nauthor_name = \"First\"\n");
    assertThat(author()).startsWith("First");
    shell.write("other.toml", "[defaults]\nauthor_name = \"Named\"\n");
    shell.set("EPOCH_CONFIG_FILE", "other.toml");
    assertThat(author()).startsWith("Named");
    shell.write("third.toml", "[defaults]\nauthor_name = \"Optional\"\n");
    assertThat(author("--config", "third.toml")).startsWith("Optional");
  }

  @Test
  void valuesMayNameVariablesFilesAndProfiles() {
    shell.inRepository("shop", "main").set("EPOCH_AUTHOR_NAME", null).set("WHO", "Dana");
    shell.write("secret", "dana@example.com\n").set("EPOCH_AUTHOR_EMAIL", null);
    shell.write(
        "epoch.toml",
        """
        [defaults]
        author_name = "The ${WHO}"
        author_email = "@file:%s"

        [profiles.production]
        defaults.author_name = "Production"
        """
            .formatted(shell.folder().resolve("secret")));

    assertThat(author()).isEqualTo("The Dana <dana@example.com>");
    assertThat(author("--profile", "production")).isEqualTo("Production <dana@example.com>");
    fails(
        3,
        "error: there is no profile 'staging' in " + shell.folder().resolve("epoch.toml") + "\n",
        "--profile",
        "staging",
        "status");
  }

  @Test
  void aProfileNeedsAFile() {
    shell.inRepository("shop", "main").set("EPOCH_AUTHOR_NAME", null);

    fails(
        3,
        "error: there is no configuration file that could have a profile 'production'\n",
        "--profile",
        "production",
        "status");
  }

  @Test
  void theFormatHasADefault() {
    shell.inRepository("shop", "main").set("EPOCH_FORMAT", "json");

    assertThat(shell.run("status").out()).startsWith("{\n  \"branch\": \"main\",");
    assertThat(shell.run("status", "--format", "text").out()).startsWith("On branch main");
  }

  @Test
  void aBrokenConfigurationFileIsAnError() {
    shell.inRepository("shop", "main").write("epoch.toml", "this is not toml");

    Shell.Result result = shell.set("EPOCH_AUTHOR_NAME", null).run("status");

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err()).startsWith("error: cannot read the configuration file ");
  }

  @Test
  void readsAskForWhatTheLastCommandHasWritten() {
    shell.inRepository("shop", "main");
    server.on(
        "POST /stage",
        200,
        "{\"status\": \"staged\", \"count\": 1}",
        Map.of("X-Epoch-Position", "42"));

    assertThat(statusRequest().headers()).doesNotContainKey("X-Epoch-Min-Position");
    assertThat(shell.run("stage").exitCode()).isZero();
    assertThat(statusRequest().headers()).containsEntry("X-Epoch-Min-Position", "42");
  }

  @Test
  void quietAndVerbose() {
    shell.inRepository("shop", "main");
    server.on("POST /stage", "{\"status\": \"staged\", \"count\": 1}");

    prints("", "-q", "stage");
    Shell.Result verbose = shell.run("stage", "-v");
    assertThat(verbose.out()).isEqualTo("Staged 1 table\n");
    assertThat(verbose.err())
        .matches("POST " + server.url() + "/api/v1/stage\\?repository=shop -> 200 \\(\\d+ ms\\)\n");
  }

  @Test
  void theHomeFolderIsWhatTheVariableSays() {
    assertThat(ProcessEnvironment.home("/h", "/known")).isEqualTo(Path.of("/h"));
    assertThat(ProcessEnvironment.home(null, "/known")).isEqualTo(Path.of("/known"));
    assertThat(ProcessEnvironment.home("relative", "/known")).isEqualTo(Path.of("/known"));
  }

  @Test
  void settingsOfTheUserAreWhereOtherProgramsHaveThem() throws IOException {
    Path usual = Files.createDirectories(shell.home().resolve(".config/epoch"));
    Files.writeString(usual.resolve("config.toml"), "[server]\nurl = \"http://127.0.0.1:1\"\n");
    Path given = Files.createDirectories(root.resolve("xdg/epoch"));
    Files.writeString(given.resolve("config.toml"), "[server]\nurl = \"" + server.url() + "\"\n");
    shell.inRepository("shop", "main").set("EPOCH_SERVER_URL", null);
    shell.set("XDG_CONFIG_HOME", root.resolve("xdg").toString());

    statusRequest();
    assertThat(shell.run("config", "set", "--global", "author.name", "Ann").out())
        .contains(given.toString());
  }
}
