package dev.epoch.qa.clients;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
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
    Bookshop.works(server, client, Bookshop.program(FOLDER, "node", client + ".mjs"));
  }
}
