package dev.epoch.engine;

import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.command.Command;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/** Clients who choose at random among what they find, and send commands. */
abstract class RandomClient {
  static final List<String> BRANCHES = List.of("main", "dev", "feature/a", "feature/b", "x");
  static final List<String> TAGS = List.of("v1", "v2", "x");
  static final List<String> TABLES = List.of("users", "orders", "items");
  static final List<String> STORAGES = List.of("s1", "s2");

  final TestRepository repository = new TestRepository("shop");
  final List<RandomHistory.Sent> sent = new ArrayList<>();

  /** Of this step. */
  Random random;

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  <T> T any(Collection<T> things) {
    return things.stream()
        .sorted(java.util.Comparator.comparing(Object::toString))
        .toList()
        .get(random.nextInt(things.size()));
  }

  RepositoryState state() {
    return repository.state();
  }

  BranchState anyBranch() {
    String id = any(state().branches().byId().keySet());
    return state().branches().byId().get(id);
  }

  String anyBranchName() {
    return chance(6) ? any(BRANCHES) : anyBranch().name();
  }

  Actor anyActor() {
    return chance(3) ? TestRepository.BOB : TestRepository.ALICE;
  }

  Answer send(Command command) {
    Actor actor = anyActor();
    String key = chance(2) ? "k" + random.nextLong() : null;
    if (key != null) {
      sent.add(new RandomHistory.Sent(command, actor, key));
    }
    return repository.command(command, actor, key);
  }
}
