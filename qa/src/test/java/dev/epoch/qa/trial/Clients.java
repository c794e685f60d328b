package dev.epoch.qa.trial;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Rest;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** The load of a trial and what it is checked by: clients, one model, one checker. */
final class Clients {
  private static final int NUMBER = 8;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(120);

  private final Gate gate = new Gate();
  private final List<TrialClient> clients = new ArrayList<>();
  private final Checker checker;

  /**
   * Makes the repository.
   *
   * @param one the first database, as clients reach it
   * @param two the second one
   * @param file of SQLite
   * @param serverSide both databases, as the server reaches them
   */
  Clients(
      Rest rest,
      Database one,
      Database two,
      Path file,
      List<Database> serverSide,
      Counts counts,
      long seed)
      throws SQLException {
    this(rest, one, two, file, serverSide, counts, seed, NUMBER);
  }

  /** The same with another number of clients; without a file if that is null. */
  Clients(
      Rest rest,
      Database one,
      Database two,
      Path file,
      List<Database> serverSide,
      Counts counts,
      long seed,
      int number)
      throws SQLException {
    TrialWorld world = new TrialWorld(one, two, file, number);
    Model model = new Model(number, world.open(rest, serverSide));
    for (int client = 1; client <= number; client++) {
      Random random = new Random(seed + client);
      Delivery delivery =
          new Delivery(rest, TrialWorld.REPOSITORY, "client-" + client, counts, random);
      Session session =
          new Session(
              client,
              random,
              model,
              counts,
              delivery,
              new Reader(delivery, world),
              new SqlWriter(world));
      clients.add(new TrialClient(session, gate, number));
    }
    Random random = new Random(seed);
    Delivery delivery = new Delivery(rest, TrialWorld.REPOSITORY, "checker", counts, random);
    Reader reader = new Reader(delivery, world);
    model.learn(reader.head(Model.MAIN), reader::commit);
    this.checker = new Checker(model, reader, counts, clients, random);
  }

  void start() throws SQLException {
    checker.check();
    clients.forEach(TrialClient::start);
  }

  /**
   * Waits until each client has the answer that it waits for, and lets none go on.
   *
   * @return false if something that is needed ended meanwhile; then ask again
   */
  boolean halt(Duration limit, Callable<Boolean> stillThere) throws Exception {
    return gate.close(
        limit,
        () -> {
          failIfOneFailed();
          return stillThere.call();
        });
  }

  void goOn() {
    gate.open();
  }

  /** While they stand still. */
  void check() throws SQLException {
    failIfOneFailed();
    try {
      checker.check();
    } catch (AssertionError wrong) {
      StringBuilder text = new StringBuilder(wrong.getMessage());
      clients.forEach(
          client -> text.append("\nlast commands of a client:\n").append(client.history()));
      throw new AssertionError(text.toString(), wrong);
    }
  }

  /** Ends them all and compares everything. */
  void end(Rest rest) throws Exception {
    halt(LAST_ANSWERS, () -> true);
    failIfOneFailed();
    clients.forEach(TrialClient::stop);
    gate.open();
    for (TrialClient client : clients) {
      client.join();
    }
    checker.checkAll(rest);
  }

  /** Where each of them is at this moment. */
  String where() {
    return clients.stream().map(TrialClient::where).collect(Collectors.joining("\n"));
  }

  /** Lets them go, whatever they do. */
  void abandon() {
    clients.forEach(TrialClient::abandon);
  }

  void failIfOneFailed() {
    for (TrialClient client : clients) {
      if (client.failure() != null) {
        throw new AssertionError(client.failure().getMessage(), client.failure());
      }
    }
  }
}
