package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.clients.Bookshop.Way;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
}
