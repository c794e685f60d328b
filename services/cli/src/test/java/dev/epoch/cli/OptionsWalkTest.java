package dev.epoch.cli;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.testing.ScriptedServer.Request;
import dev.epoch.testing.Shell;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every option of every command makes a difference: to what is sent to the server, to what is
 * printed, or it is refused. One that is accepted and does nothing shows here.
 */
class OptionsWalkTest extends CommandTest {
  private static final String ANSWER =
      """
      {"name": "main", "id": "abcdef1234567890", "head_commit_id": "abcdef1234567890",
       "message": "first", "author_name": "Ann", "created_at": "2024-01-01T00:00:00Z",
       "timestamp": "2024-01-01T00:00:00Z", "parents": [], "current": "main", "total": 1,
       "default_branch": "main", "backend": "postgresql", "status": "ok", "state": "delivered",
       "merge_base_id": "abcdef1234567890",
       "branches": [{"name": "main", "head_commit_id": "abcdef1234567890"},
         {"name": "x", "head_commit_id": "abcdef1234567891"}],
       "commits": [{"id": "abcdef1234567890", "message": "first", "author_name": "Ann",
         "author_email": "ann@x", "timestamp": "2024-01-01T00:00:00Z", "created_at": "2024-01-01T00:00:00Z",
         "parents": [], "branches": ["main"], "tags": ["v1"], "refs": ["main"]}],
       "tables": [{"table": "users", "name": "users", "path": "public.users", "inserted": 1, "updated": 1,
         "deleted": 0, "schema_changed": false}],
       "changes": [{"type": "insert", "key": {"id": 1}, "before": null, "after": {"id": 1, "name": "=x"},
         "fields": ["id", "name"], "commit": {"id": "abcdef1234567890", "message": "first"}}],
       "tags": [{"name": "v1", "target": "abcdef1234567890", "commit_id": "abcdef1234567890"}],
       "conflicts": [], "columns": [{"name": "id", "type": "text"}], "rows": [["=1"]], "stashes": [],
       "storage": [{"name": "s1", "backend": "postgresql"}], "entries": [], "events": [], "repositories": [],
       "records": [{"id": 1, "name": "=x"}], "reviews": [], "protections": [], "webhooks": [], "keys": [],
       "urls": [{"storage": "s1", "url": "postgresql://h/shop@x", "jdbc_url": "jdbc:postgresql://h/shop@x"}],
       "conflict": {"table_rules": {"users": {"strategy": "max"}}}}
      """;

  /** Commands that run without arguments. */
  private static final Set<String> WITHOUT_ARGUMENTS =
      Set.of(
          "admin keys list",
          "admin keys rotate",
          "branch list",
          "branch materialize",
          "catalog list",
          "check list",
          "check run",
          "conflicts show",
          "doctor",
          "events",
          "gc",
          "log",
          "reflog",
          "role list",
          "status",
          "storage list",
          "tag list",
          "validate",
          "webhook list");

  /** What others need to run at all. A command that is in neither is not walked. */
  private static final Map<String, String> ARGUMENTS =
      Map.ofEntries(
          entry("init", "main -C fresh"),
          entry("apply", "changes.ndjson --table users"),
          entry("auth key create", "ci"),
          entry("auth key revoke", "k1"),
          entry("auth key rotate", "k1"),
          entry("auth can-i", "merge main"),
          entry("role create", "loader --verb read"),
          entry("role delete", "loader"),
          entry("role grant", "writer ann"),
          entry("role revoke", "writer ann"),
          entry("role show", "writer"),
          entry("blame", "users 1"),
          entry("branch create", "x"),
          entry("branch delete", "x"),
          entry("branch expire", "x --ttl 2d"),
          entry("branch info", "x"),
          entry("branch protect", "main --no-force-push"),
          entry("branch url", "x"),
          entry("branch rename", "x"),
          entry("branch unprotect", "main"),
          entry("catalog class from-table", "users"),
          entry("catalog merge", "shop spring"),
          entry("catalog show", "shop"),
          entry("catalog solve", "shop chair-1"),
          entry("catalog validate", "shop"),
          entry("check add", "c1 --sql x"),
          entry("check remove", "c1"),
          entry("checkout", "main"),
          entry("cherry-pick", "abcdef1"),
          entry("commit", "-m m"),
          entry("config get", "author.name"),
          entry("config set", "author.name x"),
          entry("config show", "author"),
          entry("config unset", "author.name"),
          entry("conflicts forget", "users"),
          entry("conflicts resolve", "users --ours"),
          entry("export", "users --format csv"),
          entry("diff", "main..x"),
          entry("history", "users 1"),
          entry("hook add", "h1 https://h/x --event pre-commit"),
          entry("import", "users rows.csv"),
          entry("merge", "x"),
          entry("query", "SELECT"),
          entry("rebase", "main"),
          entry("repo delete", "shop --force"),
          entry("repo open", "shop"),
          entry("repo set", "shop --description d"),
          entry("reset", "--hard main"),
          entry("resolve", "users.c --ours"),
          entry("revert", "abcdef1"),
          entry("review", "approve main"),
          entry("schema apply", "users --from x"),
          entry("schema clone", "public copy"),
          entry("schema diff", "main x"),
          entry("schema exec", "DDL"),
          entry("schema migrate", "main x --output m.sql"),
          entry("schema show", "users"),
          entry("show", "main"),
          entry("stage", "users"),
          entry("stash", "push"),
          entry("storage add", "s1 --type postgresql --url postgresql://h/d"),
          entry("storage default set", "s1"),
          entry("storage credentials", "s1"),
          entry("storage remove", "s1"),
          entry("storage show", "s1"),
          entry("storage test-credentials", "s1"),
          entry("storage update", "s1 --description e"),
          entry("table add", "users --location postgresql://h/d/users"),
          entry("table refresh", "users"),
          entry("table rescan", "users"),
          entry("table remove", "users --force"),
          entry("table show", "users"),
          entry("tag", "v1"),
          entry("tag create", "v1"),
          entry("tag delete", "v1"),
          entry("tag show", "v1"),
          entry("unstage", "users"),
          entry("webhook create", "https://h/x"),
          entry("webhook delete", "w1"),
          entry("webhook deliveries", "w1"),
          entry("webhook redeliver", "w1 d1"),
          entry("webhook rotate", "w1"),
          entry("webhook show", "w1"),
          entry("webhook test", "w1"),
          entry("webhook update", "w1 --enable"));

  /** Arguments of the command with an option, where it is not simply added. */
  private static final Map<String, String> WITH =
      Map.ofEntries(
          entry(
              "branch protect --conflict-strategy",
              "main --no-force-push --conflict-strategy ours"),
          entry("branch create --expire-work", "x --ttl 1d --expire-work"),
          entry("branch create --schema-only", "x --schema-only"),
          entry("branch expire --never", "x --never"),
          entry("branch expire --ttl", "x --ttl 3d"),
          entry("branch protect --keep-approvals", "main --require-review --keep-approvals"),
          entry("branch protect --no-force-push", "main --require-review --no-force-push"),
          entry("catalog solve --weights", "shop chair-1 --weights price=-1 comfort=0.5"),
          entry("check add --sql", "c1 --sql y"),
          entry("role create --verb", "loader --verb commit"),
          entry("cherry-pick --abort", "--abort"),
          entry("cherry-pick --continue", "--continue"),
          entry("cherry-pick --skip", "--skip"),
          entry("commit --message", "-m n"),
          entry("config show --all", "defaults --all"),
          entry("init --metadata-url", "main -C fresh --metadata-url postgresql://h/d"),
          entry("conflicts forget --all", "--all"),
          entry("conflicts resolve --base", "users --base"),
          entry("conflicts resolve --learnt", "users --learnt"),
          entry("conflicts resolve --custom", "users --record 1 --field a --custom b"),
          entry("conflicts resolve --delete", "users --delete"),
          entry("conflicts resolve --interactive", "--interactive"),
          entry("conflicts resolve --null", "users --field a --null"),
          entry("conflicts resolve --ours", "users --ours --record 1"),
          entry("conflicts resolve --theirs", "users --theirs"),
          entry("conflicts resolve --union", "users --constraint c --union"),
          entry("conflicts resolve --from-file", "--from-file decided.json"),
          entry("conflicts resolve --value", "users --record 1 --field a --value b"),
          entry("diff --constraints-only", "main..x --schema --constraints-only"),
          entry("diff --escape-formulas", "main..x --table users --format csv --escape-formulas"),
          entry("diff --only-in-target", "main..x --table users --only-in-target"),
          entry("diff --records", "main..x --records"),
          entry("doctor --check", "--check server"),
          entry("apply --table", "changes.ndjson --table x"),
          entry("hook add --event", "h1 https://h/x --event pre-merge"),
          entry("conflicts resolve --table", "--table users --ours --record 1"),
          entry("schema apply --from", "users --from y"),
          entry("schema exec --file", "--file rows.csv"),
          entry("schema apply --reindex", "users --reindex i"),
          entry("schema apply --status", "--status"),
          entry("schema diff --force", "main x --ddl --force"),
          entry("schema diff --live", "users --live"),
          entry("schema migrate --output", "main x --output n.sql"),
          entry("schema show --all", "--all"),
          entry("gc --older-than", "--merged --older-than 1d"),
          entry("import --as", "users rows.csv --as json"),
          entry("log --since", "--since 2024-01-01"),
          entry("log --until", "--until 2024-01-01"),
          entry("merge --abort", "--abort"),
          entry("merge --cancel-auto", "x --cancel-auto"),
          entry("merge --continue", "--continue"),
          entry("merge --strategy", "x --strategy ours"),
          entry("query --after", "SELECT --after x"),
          entry("query --escape-formulas", "SELECT --format csv --escape-formulas"),
          entry("query --mode", "SELECT --branches a,b --mode union"),
          entry("rebase --abort", "--abort"),
          entry("rebase --continue", "--continue"),
          entry("rebase --skip", "--skip"),
          entry("repo delete --force", "shop"),
          entry("repo set --description", "shop --description e"),
          entry("repo set --every", "shop --live-commits changes --every 3"),
          entry("repo set --remove-rule", "shop --remove-rule users"),
          entry("reset --hard", "--hard x"),
          entry("reset --soft", "--soft main"),
          entry("resolve --custom", "users.c --custom {\"a\":1}"),
          entry("resolve --delete", "users.c --delete"),
          entry("resolve --learnt", "users.c --learnt"),
          entry("resolve --ours", "users.d --ours"),
          entry("resolve --theirs", "users.c --theirs"),
          entry("resolve --union", "users.c --union"),
          entry("revert --abort", "--abort"),
          entry("revert --continue", "--continue"),
          entry("revert --skip", "--skip"),
          entry("storage add --foreign-keys", "s1 --type sqlite --path p --foreign-keys true"),
          entry("storage add --host", "s1 --type postgresql --host h --database d"),
          entry("storage add --option", "s1 --type postgresql --url postgresql://h/d --option a=b"),
          entry("storage add --type", "s1 --type mysql --url mysql://h/d"),
          entry("storage add --url", "s1 --type postgresql --url postgresql://h/e"),
          entry("storage list --type", "--type mysql"),
          entry("storage credentials --all", "--all"),
          entry("storage credentials --username", "s1 --rotate --username x"),
          entry("storage test-credentials --all", "--all"),
          entry("storage update --description", "s1 --description d"),
          entry("storage update --disable", "s1 --disable"),
          entry("storage update --enable", "s1 --enable --description d"),
          entry("table add --all", "--all"),
          entry("table add --exclude", "--all --exclude u*"),
          entry("table add --location", "users"),
          entry("table add --path", "users --path p"),
          entry("table add --pattern", "--pattern x*"),
          entry("table add --storage", "users --storage s1"),
          entry("table remove --force", "users"),
          entry("table show --schema", "users --schema"),
          entry("webhook redeliver --dead", "w1 --dead"),
          entry("webhook redeliver --from", "w1 --from 3"),
          entry("webhook redeliver --to", "w1 --from 3 --to 4"),
          entry("webhook update --disable", "w1 --disable"),
          entry("webhook update --enable", "w1 --enable --url https://h/y"));

  /** Options that are tested where what they do can be seen. */
  private static final Map<String, String> SEEN_ELSEWHERE =
      Map.ofEntries(
          entry("auth login --method", "AuthCommandTest"),
          entry("auth login --provider", "AuthCommandTest"),
          entry("checkout --detach", "BranchCommandTest"),
          entry("events --follow", "EventsCommandTest"),
          entry("events --exec", "EventsCommandTest"),
          entry("local start --wait", "LocalCommandTest"),
          entry("undo --dry-run", "UndoCommandTest"),
          entry("undo --hard", "UndoCommandTest"),
          entry("table add --introspect-schema", "TableCommandTest"));

  private int walked;

  @Test
  void everyOptionMakesADifference() {
    server.otherwise(ANSWER);
    shell.inRepository("shop", "main");
    shell.write(
        "changes.ndjson", "{\"type\": \"insert\", \"key\": {\"id\": 1}, \"after\": {\"id\": 1}}\n");
    shell.write("rows.csv", "id,name\n1,a\n");
    shell.write("fresh/notes.txt", "");
    shell.write("decided.json", "[{\"table\": \"t\", \"resolution\": \"ours\"}]");
    OutputStream nothing = OutputStream.nullOutputStream();
    CommandLine all =
        new CommandCatalog(
                new Session(
                    shell.environment(shell.folder(), nothing, nothing), new GlobalOptions()))
            .complete();
    Set<String> without = new TreeSet<>();
    Set<String> refused = new TreeSet<>();
    walk(all, "", without, refused);
    assertThat(walked).isGreaterThan(180);
    assertThat(List.of(without, refused))
        .as("options without effect, and those that are refused")
        .allSatisfy(options -> assertThat(options).isEmpty());
  }

  /** Of the server, whatever its repositories are. */
  private static final Set<String> OF_THE_SERVER =
      Set.of(
          "/health",
          "/ready",
          "/admin/projections",
          "/admin/keys",
          "/admin/keys/rotate",
          "/auth/keys",
          "/auth/keys/k1",
          "/auth/keys/k1/rotate",
          "/auth/whoami",
          "/databases",
          "/repositories");

  /** Commands that name their repository, or make it. */
  private static final Set<String> NAMING =
      Set.of(
          "init",
          "repo delete",
          "repo open",
          "repo set",
          "catalog merge",
          "catalog show",
          "catalog solve",
          "catalog validate");

  @Test
  void inAFolderWithoutARepositoryNoCommandReachesOne() {
    server.otherwise(ANSWER);
    server.on("GET /repositories", "{\"repositories\": [{\"name\": \"shop\"}]}");
    shell.write("changes.ndjson", "{}").write("rows.csv", "id,name\n1,a\n");
    List<String> paths = new ArrayList<>(WITHOUT_ARGUMENTS);
    paths.addAll(ARGUMENTS.keySet());
    paths.removeAll(NAMING);

    Set<String> reached = new TreeSet<>();
    for (String path : paths) {
      int before = server.requests().size();
      outcome(path + " " + ARGUMENTS.getOrDefault(path, ""));
      List<Request> sent = server.requests();
      sent.subList(before, sent.size()).stream()
          .filter(request -> !OF_THE_SERVER.contains(request.path()))
          .forEach(request -> reached.add(path + ": " + request.line()));
    }

    assertThat(reached).isEmpty();
  }

  private void walk(CommandLine line, String path, Set<String> without, Set<String> refused) {
    if (WITHOUT_ARGUMENTS.contains(path) || ARGUMENTS.containsKey(path)) {
      for (OptionSpec option : line.getCommandSpec().options()) {
        String name = path + " " + option.longestName();
        if (!option.inherited() && !option.usageHelp() && !SEEN_ELSEWHERE.containsKey(name)) {
          walked++;
          look(path, name, option, without, refused);
        }
      }
    }
    line.getSubcommands()
        .forEach((name, child) ->
            walk(child, path.isEmpty() ? name : path + " " + name, without, refused));
  }

  private void look(
      String path, String name, OptionSpec option, Set<String> without, Set<String> refused) {
    String usual = ARGUMENTS.getOrDefault(path, "");
    String plain = outcome(path + " " + usual).text();
    Outcome with = outcome(path + " " + WITH.getOrDefault(name, usual + " " + given(option)));
    if (with.exitCode() == 2) {
      refused.add(name + ": " + with.text().lines().findFirst().orElse(""));
    } else if (with.text().equals(plain)) {
      without.add(name + ": " + with.text().lines().findFirst().orElse(""));
    }
  }

  private static String given(OptionSpec option) {
    if (option.arity().max() == 0) {
      return option.longestName();
    }
    Class<?> type = option.type();
    boolean number = Number.class.isAssignableFrom(type) || type == int.class || type == long.class;
    String value = option.longestName().equals("--rule") ? "users=max" : number ? "3" : "x1";
    return option.longestName() + "=" + value;
  }

  private record Outcome(int exitCode, String text) {}

  private Outcome outcome(String command) {
    int before = server.requests().size();
    Shell.Result result =
        shell.run(
            Arrays.stream(command.split(" "))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new));
    List<String> text = new ArrayList<>(List.of(result.err(), result.out()));
    List<Request> sent = server.requests();
    for (Request request : sent.subList(before, sent.size())) {
      text.add(request.line() + request.query() + request.rawBody() + headers(request));
    }
    return new Outcome(result.exitCode(), String.join("\n", text));
  }

  private static String headers(Request request) {
    return request.headers().get("X-User-Name")
        + request.headers().get("X-User-Email")
        + request.headers().get("Content-Type")
        + request.headers().get("Accept");
  }
}
