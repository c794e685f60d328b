package dev.epoch.qa.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.trial.Delivery.Command;
import dev.epoch.qa.trial.Delivery.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client's branch of the repository's catalog: instances are staged and committed there. */
final class CatalogWork {
  static final String CATALOG = "/databases/" + TrialWorld.REPOSITORY;
  private static final int MOST = 8;

  private final Session session;
  private final String branch;
  private final Map<String, String> committed = new TreeMap<>();
  private final Map<String, String> working = new TreeMap<>();
  private final List<String> commits = new ArrayList<>();
  private boolean isMade;
  private int values;

  CatalogWork(Session session) {
    this.session = session;
    this.branch = "catalog-" + session.client;
  }

  void step() {
    if (!isMade) {
      make();
    } else if (!working.equals(committed) && session.random.nextInt(3) == 0) {
      commit();
    } else {
      stage();
    }
  }

  private String path(String rest) {
    return CATALOG + "/branches/" + branch + rest;
  }

  private void make() {
    Reply reply =
        session.post(
            CATALOG + "/branches",
            session.key(),
            "{\"id\": \"%1$s\", \"name\": \"%1$s\", \"parent_branch_id\": \"main-branch-id\"}"
                .formatted(branch));
    session.expect(reply.status() == 201, branch + " is made", reply);
    isMade = true;
  }

  private void stage() {
    String id = "i" + session.client + "-" + session.random.nextInt(MOST);
    if (working.containsKey(id) && session.random.nextInt(4) == 0) {
      Reply reply =
          session.delivery.send(
              new Command("DELETE", path("/working-commit/instances/" + id), null, session.key()));
      session.expect(reply.status() / 100 == 2, id + " is deleted", reply);
      working.remove(id);
      session.counts.add("instances deleted");
      return;
    }
    String value = "v" + session.client + "-" + ++values;
    Reply reply =
        session.delivery.send(
            new Command(
                "PATCH",
                path("/working-commit/instances/" + id),
                "{\"class\": \"class-thing\", \"properties\": {\"value\": \"%s\"}}"
                    .formatted(value),
                session.key()));
    session.expect(reply.status() / 100 == 2, id + " is changed", reply);
    working.put(id, value);
    session.counts.add("instances changed");
  }

  private void commit() {
    String key = session.key();
    Reply reply =
        session.post(path("/working-commit/commit"), key, "{\"message\": \"%s\"}".formatted(key));
    session.expect(reply.status() == 200, branch + " is committed", reply);
    committed.clear();
    committed.putAll(working);
    commits.add(key);
    session.counts.add("catalog commits");
  }

  /** What the server has is what was acknowledged, once. */
  void check(Reader reader) {
    if (!isMade) {
      return;
    }
    Map<String, String> found = new TreeMap<>();
    reader
        .get(path("/instances"))
        .forEach(instance -> {
          JsonNode value = instance.path("properties").path("value");
          found.put(
              instance.path("id").textValue(),
              value.isObject() ? value.path("value").textValue() : value.textValue());
        });
    assertThat(found).as("instances on %s", branch).isEqualTo(working);
    List<String> messages = new ArrayList<>();
    reader
        .get(CATALOG + "/commits")
        .forEach(commit -> messages.add(commit.path("message").textValue()));
    messages.removeIf(message -> !message.startsWith("c" + session.client + "-"));
    assertThat(messages).as("commits of %s", branch).containsExactlyInAnyOrderElementsOf(commits);
    session.counts.add("catalog branches compared");
  }
}
