package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.clients.Bookshop.Way;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL's own benchmark on a branch: two clients that update the same rows all the time. */
@Tag("nightly")
@Timeout(120)
@ExtendWith(ClientServer.class)
class PgbenchIT {

  private static final String SUMS =
      """
      SELECT (SELECT sum(abalance) FROM pgbench_accounts),
        (SELECT sum(tbalance) FROM pgbench_tellers), (SELECT sum(bbalance) FROM pgbench_branches)
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Way.class)
  void sumsHoldOnTheBranchAndAfterTheMerge(Way way, ServerProcess server) throws Exception {
    // given
    String pgbench = Installed.program("pgbench", "postgresql-15");
    Database database = server.database().create("client_pgbench" + way.ordinal());
    new Shell(folder, Map.of())
        .run(List.of(pgbench, "--initialize", "--quiet", database.url()), "")
        .ok();
    Shop shop = Shop.over(server, database, Map.of("pgbench_history", List.of("epoch_row")));
    shop.branch("feature/x", "main");
    shop.open("feature/x");
    boolean gateway = way == Way.GATEWAY;
    Map<String, String> onBranch =
        gateway
            ? Map.of()
            : Map.of(
                "PGOPTIONS", database.rows("SELECT epoch.branch_options('feature/x')").getFirst());
    String url = (gateway ? server.onBranch(database, "feature/x") : database).url();

    // when
    Shell.Result run =
        new Shell(folder, onBranch)
            .run(
                List.of(
                    pgbench,
                    "--no-vacuum",
                    "--client=8",
                    "--transactions=50",
                    "--protocol=prepared",
                    url),
                "");

    // then
    assertThat(run.ok())
        .contains("number of transactions actually processed: 400/400")
        .contains("number of failed transactions: 0 ");
    assertThat(database.rows(SUMS)).containsExactly("0|0|0");
    assertThat(database.rows("SELECT count(*) FROM pgbench_history")).containsExactly("0");
    shop.commit("feature/x", "A run of pgbench");
    shop.merge("feature/x", "main").ok();
    String sum = database.rows("SELECT sum(delta) FROM pgbench_history").getFirst();
    assertThat(database.rows("SELECT count(*) FROM pgbench_history")).containsExactly("400");
    assertThat(database.rows(SUMS)).containsExactly(sum + "|" + sum + "|" + sum);

    // when
    String all = "SELECT count(*) FROM pgbench_history";
    new Shell(folder, Map.of())
        .run(List.of(pgbench, "--client=2", "--transactions=30", database.url()), "")
        .ok();

    // then
    assertThat(database.rows(all)).containsExactly("60");
    shop.commit("main", "A run on live, which truncates the history first");
    assertThat(shop.query(all, "main")).isEqualTo("[[60]]");
    assertThat(shop.query(all, "feature/x")).isEqualTo("[[400]]");
  }

  private static final String RULES =
      """
      {"source": "feature/x", "target": "main", "rules": {"field_rules": {
        "pgbench_accounts.abalance": {"strategy": "sum"},
        "pgbench_tellers.tbalance": {"strategy": "sum"},
        "pgbench_branches.bbalance": {"strategy": "sum"}}}}
      """;

  /** The same account, teller and branch, and the same amount: both sides come to one value. */
  private static final String ONE =
      """
      BEGIN;
      UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 1;
      UPDATE pgbench_tellers SET tbalance = tbalance + 1 WHERE tid = 1;
      UPDATE pgbench_branches SET bbalance = bbalance + 1 WHERE bid = 1;
      INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, 1, 1, now());
      END;
      """;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void balancesAgreeWhereBothSidesWork(boolean alike, ServerProcess server) throws Exception {
    // given
    String pgbench = Installed.program("pgbench", "postgresql-15");
    Database database = server.database().create("client_pgbench_" + alike);
    new Shell(folder, Map.of())
        .run(List.of(pgbench, "--initialize", "--quiet", database.url()), "")
        .ok();
    Shop shop = Shop.over(server, database, Map.of("pgbench_history", List.of("epoch_row")));
    shop.branch("feature/x", "main");
    shop.open("feature/x");
    Map<String, String> onBranch =
        Map.of("PGOPTIONS", database.rows("SELECT epoch.branch_options('feature/x')").getFirst());
    Path script = folder.resolve("one.sql");
    Files.writeString(script, ONE);
    List<String> run = new ArrayList<>(List.of(pgbench, "--no-vacuum", "--client=4"));
    run.addAll(
        alike
            ? List.of("--transactions=10", "--file=" + script, database.url())
            : List.of("--transactions=50", database.url()));

    // when
    for (Map<String, String> side : List.of(onBranch, Map.<String, String>of())) {
      assertThat(new Shell(folder, side).run(run, "").ok())
          .contains("number of failed transactions: 0 ");
    }
    shop.commit("feature/x", "On the branch");
    shop.post("/branches/merge", RULES).ok();

    // then
    String sum = database.rows("SELECT sum(delta) FROM pgbench_history").getFirst();
    assertThat(database.rows("SELECT count(*) FROM pgbench_history"))
        .containsExactly(alike ? "80" : "400");
    assertThat(database.rows(SUMS)).containsExactly(sum + "|" + sum + "|" + sum);
    assertThat(
            database.rows(
                """
                SELECT aid FROM pgbench_accounts AS a
                WHERE abalance <> coalesce(
                  (SELECT sum(delta) FROM pgbench_history AS h WHERE h.aid = a.aid), 0)
                """))
        .isEmpty();
  }
}
