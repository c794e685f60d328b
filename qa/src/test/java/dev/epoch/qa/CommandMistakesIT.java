package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What commands say about mistakes that only show against a real server. They run in this process;
 * {@link CommandLineIT} has the program itself.
 */
@Timeout(120)
class CommandMistakesIT {

  @TempDir static Path home;
  private static ServerProcess server;
  private static Shell shell;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
    Shop shop = Shop.open(server, "corners");
    shop.branch("feature/x", "main");
    Path folder = Files.createDirectory(home.resolve("work"));
    shell = server.shell(folder);
    shell.here("repo", "open", "corners").ok();
    Files.writeString(folder.resolve("broken.toml"), "a = [");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  /** Each ends with an exit code that is not 0, an error, and what to do next. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "stauts",
        "table ad",
        "log --onelin",
        "commit",
        "commit -m ''",
        "commit -m nothing",
        "commit -m x extra",
        "commit -m x --tables nothing",
        "init",
        "init ''",
        "init 'no name/at all'",
        "init corners -C /tmp/nowhere-at-all",
        "init other",
        "init other --storage nothing --directory ..",
        "table add orders2",
        "table add t --location nowhere",
        "table add t --location postgresql://127.0.0.1:1/db/public.t",
        "table add customers --location postgresql://127.0.0.1:1/db/public.customers",
        "table show nothing",
        "table remove nothing",
        "table refresh nothing",
        "branch create 'bad name'",
        "branch create main",
        "branch create b --from nowhere",
        "branch delete main",
        "branch delete nothing",
        "branch rename feature/x main",
        "checkout nowhere",
        "stage nothing",
        "unstage nothing",
        "diff --table nothing",
        "diff main..nowhere",
        "log nowhere",
        "log -n many",
        "log --since 'a while ago'",
        "show HEAD~99",
        "query",
        "query 'SELEC 1'",
        "query 'SELECT * FROM nothing'",
        "query 'SELECT 1; SELECT 2'",
        "query 'DELETE FROM customers'",
        "query 'SELECT 1' --at nowhere",
        "query 'SELECT 1' --at 'a while ago'",
        "query 'SELECT 1' --format xml",
        "merge",
        "merge nowhere",
        "merge --continue",
        "revert",
        "revert nowhere",
        "revert HEAD --abort",
        "cherry-pick --continue",
        "rebase nowhere",
        "rebase --skip",
        "reset HEAD",
        "reset --hard nowhere",
        "stash pop",
        "stash list 1",
        "stash hide",
        "merge feature/x --strategy best",
        "merge feature/x --rule customers",
        "review applaud main",
        "review approve nothing",
        "branch protect main --conflict-strategy best",
        "branch unprotect main",
        "config",
        "config push",
        "conflicts resolve customers --ours",
        "conflicts resolve customers --ours --theirs",
        "storage add x --type oracle",
        "storage add x --type postgresql",
        "storage show nothing",
        "storage remove corners",
        "storage default set nothing",
        "events --type nothing",
        "events --follow --type nothing",
        "completion tcsh",
        "help nothing",
        "doctor --check weather",
        "repo open nothing",
        "gc --everything",
        "status --repository nothing",
        "status --branch nothing",
        "status --config broken.toml",
        "status --config missing.toml",
        "status --server http://127.0.0.1:1",
        "status --server 'not a url'",
        "status --timeout 0",
        "--profile p status"
      })
  void aMistakeIsExplained(String command) {
    Shell.Result result = shell.here(words(command));

    assertThat(result.exitCode()).as(result.err()).isBetween(1, 6);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).matches("(?s)error: .+\nhint: .+\n");
  }

  /** Words of a line as a shell takes them that knows single quotes. */
  private static String[] words(String line) {
    return Pattern.compile("'[^']*'|[^ ]+")
        .matcher(line)
        .results()
        .map(MatchResult::group)
        .map(word -> word.startsWith("'") ? word.substring(1, word.length() - 1) : word)
        .toArray(String[]::new);
  }
}
