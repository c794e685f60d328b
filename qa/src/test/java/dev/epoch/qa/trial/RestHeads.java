package dev.epoch.qa.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.gateway.history.Head;
import dev.epoch.gateway.history.HeadStore;
import dev.epoch.qa.process.Rest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A repository with a table {@code t (id int primary key)} behind the REST API, which tells no ids
 * of branches. Each operation has an actor of its own, by which its event is found: its position in
 * the log is not in the answer.
 */
final class RestHeads implements HeadStore {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> MOVES =
      Set.of("commit-created", "branch-moved", "branch-created", "branch-deleted");
  private static final int PAGE = 1_000;

  private final Rest rest;
  private final String repository;

  /** A position that the log had reached before any operation that is asked from now on. */
  private final AtomicLong reached = new AtomicLong();

  RestHeads(Rest rest, String repository) {
    this.rest = rest;
    this.repository = repository;
  }

  @Override
  public Head read(String name) {
    Rest.Answer answer = rest.get(path("/branches/" + Rest.escaped(name)));
    return answer.status() == 404 ? Head.ABSENT : head(answer.ok().path("head_commit_id"));
  }

  private static Head head(JsonNode commit) {
    return new Head(null, commit.textValue());
  }

  @Override
  public void write(int number, String name) {
    ObjectNode body = JSON.createObjectNode();
    body.putArray("upsert").addObject().put("id", number);
    // refused if the branch was deleted or moved meanwhile; there is nothing to commit then
    refusal(rest.post(path("/tables/t/records?branch=" + Rest.escaped(name)), body.toString()));
  }

  @Override
  public Answer commit(int number, String name, String expected) {
    ObjectNode body = JSON.createObjectNode();
    body.put("branch", name).put("message", Integer.toString(number)).put("all", true);
    body.put("expected_head", expected);
    long from = reached.get();
    Rest.Answer answer = ask(number, "POST", "/commits", body);
    Refused refused = refusal(answer);
    if (refused != null) {
      return refused;
    }
    JsonNode commit = answer.ok();
    return new Moved(
        head(commit.path("parents").path(0)), head(commit.path("id")), position(number, from));
  }

  @Override
  public Answer merge(int number, String source, String target, String expected) {
    ObjectNode body = JSON.createObjectNode();
    body.put("source", source).put("target", target).put("message", Integer.toString(number));
    body.put("fail_on_conflict", true).put("expected_head", expected);
    long from = reached.get();
    Rest.Answer answer = ask(number, "POST", "/branches/merge", body);
    Refused refused = refusal(answer);
    if (refused != null) {
      return refused;
    }
    JsonNode merged = answer.ok();
    Head after = head(merged.path("result_commit_id"));
    if (merged.path("up_to_date").booleanValue()) {
      return new Unchanged(after);
    }
    Head before = expected == null ? null : new Head(null, expected);
    if (!merged.path("is_fast_forward").booleanValue()) {
      before = firstParent(after);
      if (before.commit().equals(merged.path("live_commit").textValue())) {
        before = firstParent(before);
      }
    }
    return new Moved(before, after, position(number, from));
  }

  private Head firstParent(Head of) {
    return head(rest.get(path("/commits/" + of.commit())).ok().path("parents").path(0));
  }

  @Override
  public Answer create(int number, String name, String from) {
    ObjectNode body = JSON.createObjectNode();
    body.put("name", name).put("start_point", from).put("checkout", false);
    long before = reached.get();
    Rest.Answer answer = ask(number, "POST", "/branches", body);
    Refused refused = refusal(answer);
    return refused != null
        ? refused
        : new Moved(
            Head.ABSENT, head(answer.ok().path("head_commit_id")), position(number, before));
  }

  @Override
  public Answer delete(int number, String name) {
    long before = reached.get();
    Rest.Answer answer =
        ask(number, "DELETE", "/branches/" + Rest.escaped(name) + "?force=true", null);
    Refused refused = refusal(answer);
    return refused != null ? refused : new Moved(null, Head.ABSENT, position(number, before));
  }

  private Rest.Answer ask(int number, String method, String path, ObjectNode body) {
    Map<String, String> headers =
        Map.of("X-User-Id", actor(number), "Content-Type", "application/json");
    return rest.send(method, path(path), body == null ? null : body.toString(), headers);
  }

  private static String actor(int number) {
    return "operation-" + number;
  }

  /** Null for an answer that says it was done. A failure of the server fails the trial. */
  private static Refused refusal(Rest.Answer answer) {
    if (answer.status() / 100 == 2) {
      return null;
    }
    if (answer.status() / 100 != 4 && answer.status() != 503) {
      throw new AssertionError("Answered " + answer.status() + ": " + answer.text());
    }
    JsonNode error = answer.json();
    return error.path("error").textValue().equals("HeadMovedError")
        ? new Refused("HEAD_MOVED", head(error.path("details").path("head")))
        : new Refused(error.path("error").textValue(), null);
  }

  private long position(int number, long after) {
    long next = after;
    do {
      JsonNode page = events(next, PAGE);
      for (JsonNode event : page.path("events")) {
        if (MOVES.contains(event.path("type").textValue())
            && event.path("actor").path("id").textValue().equals(actor(number))) {
          long position = event.path("position").longValue();
          // all that is asked from now on is behind it
          reached.accumulateAndGet(position, Math::max);
          return position;
        }
      }
      next = page.path("next").asLong(0);
    } while (next > 0);
    throw new AssertionError("Operation " + number + " was done, and no event says so");
  }

  private JsonNode events(long from, int limit) {
    return rest.get(path("/events?from=%d&limit=%d".formatted(from, limit))).ok();
  }

  @Override
  public Map<String, Head> heads() {
    Map<String, Head> heads = new TreeMap<>();
    for (JsonNode branch : rest.get(path("/branches?limit=" + PAGE)).ok().path("branches")) {
      heads.put(branch.path("name").textValue(), head(branch.path("head_commit_id")));
    }
    return heads;
  }

  @Override
  public List<Stored> commits() {
    List<Stored> commits = new ArrayList<>();
    long next = 0;
    do {
      JsonNode page = events(next, PAGE);
      for (JsonNode event : page.path("events")) {
        if (event.path("type").textValue().equals("commit-created")) {
          commits.add(stored(event.path("data").path("commit").textValue()));
        }
      }
      next = page.path("next").asLong(0);
    } while (next > 0);
    return commits;
  }

  private Stored stored(String id) {
    JsonNode commit = rest.get(path("/commits/" + id)).ok();
    List<String> parents = new ArrayList<>();
    commit.path("parents").forEach(parent -> parents.add(parent.textValue()));
    return new Stored(id, commit.path("message").textValue(), parents);
  }

  private String path(String path) {
    return path + (path.contains("?") ? "&" : "?") + "repository=" + repository;
  }
}
