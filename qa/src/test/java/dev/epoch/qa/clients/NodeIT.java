package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.clients.Bookshop.Way;
import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients for Node.js on a branch; they are installed from their lock file first. */
@Tag("long")
@Timeout(300)
@ExtendWith(ClientServer.class)
class NodeIT {

  private static final Path FOLDER = Checkout.ROOT.resolve("qa/target/clients/node");

  @BeforeAll
  static void install() throws Exception {
    Installed.program("node", "nodejs");
    String npm = Installed.program("npm", "npm");
    Files.createDirectories(FOLDER);
    try (Stream<Path> files = Files.list(Bookshop.PROGRAMS.resolve("node"))) {
      for (Path file : files.toList()) {
        Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    new Shell(FOLDER, Map.of())
        .run(List.of(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"), "")
        .ok();
  }

  @ParameterizedTest
  @ValueSource(strings = {"knex", "sequelize", "typeorm", "drizzle"})
  void works(String client, ServerProcess server) throws Exception {
    Bookshop.works(server, client, Way.ITSELF, Bookshop.program(FOLDER, "node", client + ".mjs"));
  }

  @Test
  void sequelizeThroughTheGateway(ServerProcess server) throws Exception {
    Bookshop.works(
        server, "sequelize", Way.GATEWAY, Bookshop.program(FOLDER, "node", "sequelize.mjs"));
  }

  @Test
  void sequelizeAltersTables(ServerProcess server) throws Exception {
    // given
    Database database = server.database().create("client_alter");
    database.execute(Files.readString(Bookshop.PROGRAMS.resolve("bookshop.sql")));
    Shop shop = Shop.over(server, database);
    shop.branch("feature/x", "main");
    shop.open("feature/x");

    // when
    String seen =
        new Shell(FOLDER, Map.of("DATABASE_URL", database.url(), "EPOCH_BRANCH", "feature/x"))
            .run(List.of("node", "alter.mjs"), "")
            .ok();

    // then
    assertThat(seen.strip()).isEqualTo("none 123 none");
    String columns =
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'authors'::regclass AND attname ="
            + " 'phone'";
    assertThat(database.rows(columns)).containsExactly("0");
    shop.commit("feature/x", "Phones");
    shop.merge("feature/x", "main").ok();
    assertThat(database.rows("SELECT phone FROM authors ORDER BY id"))
        .containsExactly("none", "123", "none");
  }
}
