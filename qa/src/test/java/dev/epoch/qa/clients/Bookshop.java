package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The day's work that every client does: read a join, insert an author with a book, change a price,
 * delete an author with a book, rename one, undo a transaction, run into a unique constraint.
 */
final class Bookshop {

  /** Where the clients' programs are. */
  static final Path PROGRAMS = Checkout.ROOT.resolve("qa/src/test/clients");

  private static final String ROWS =
      """
      SELECT a.name, coalesce(title, 'None'), coalesce(price::text, 'None')
      FROM authors a LEFT JOIN books ON author_id = a.id ORDER BY a.id, books.id
      """;
  private static final List<String> AFTER =
      List.of(
          "Herman Melville|Moby-Dick|12.50",
          "Herman Melville|Omoo|9.00",
          "Nobody in particular|None|None",
          "Jules Verne|Twenty Thousand Leagues|10.00");

  private Bookshop() {}

  /** Something that works on the branch {@code feature/x} and tells the rows that it leaves. */
  interface Client {

    /** The rows of authors with their books. */
    List<String> work(Database database, Map<String, String> variables) throws Exception;
  }

  /** A program in a folder. */
  static Client program(Path folder, String... command) {
    return (_, variables) ->
        new Shell(folder, variables).run(List.of(command), "").ok().lines().toList();
  }

  /** How a client comes to a branch. */
  enum Way {
    /** To the database itself, by hooks and options. */
    ITSELF,

    /** By the URL of the branch. */
    GATEWAY
  }

  /** A client works in the bookshop, on a branch that is merged afterwards. */
  static void works(ServerProcess server, String name, Way way, Client client) throws Exception {
    // given
    String unique = "client_" + name + (way == Way.GATEWAY ? "_url" : "");
    Database database = server.database().create(unique);
    database.execute(Files.readString(PROGRAMS.resolve("bookshop.sql")));
    Shop shop = Shop.over(server, database);
    shop.branch("feature/x", "main");
    shop.open("feature/x");
    List<String> before = database.rows(ROWS);
    String options = database.rows("SELECT epoch.branch_options('feature/x')").getFirst();

    // when
    Map<String, String> variables = new HashMap<>();
    variables.put("DATABASE_URL", database.url());
    variables.put("EPOCH_BRANCH", "feature/x");
    if (way == Way.GATEWAY) {
      variables.put("BRANCH_URL", server.onBranch(database, "feature/x").url());
    } else {
      variables.put("BRANCH_OPTIONS", options);
    }
    List<String> seen = client.work(database, variables);

    // then
    assertThat(seen).isEqualTo(AFTER);
    assertThat(database.rows(ROWS)).isEqualTo(before);
    shop.commit("feature/x", "Work of " + name);
    shop.merge("feature/x", "main").ok();
    assertThat(database.rows(ROWS)).isEqualTo(AFTER);
  }
}
