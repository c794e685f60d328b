package dev.epoch.client.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Lists and resolves the conflicts of an open merge. */
public final class Conflicts {

  private static final int PAGE = 1000;

  private final Scope scope;

  public Conflicts(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** Which side wins. */
  public enum Side {
    OURS,
    THEIRS,
    BASE,
    VALUE,
    /** There is to be no record. */
    DELETE,
    /** What both say of a part of the schema. */
    UNION,
    /** As the same conflicts were decided before. */
    LEARNT;

    String wire() {
      return switch (this) {
        case OURS -> "ours";
        case THEIRS -> "theirs";
        case BASE -> "base";
        case VALUE -> "value";
        case DELETE -> "delete";
        case UNION -> "union";
        case LEARNT -> "learnt";
      };
    }
  }

  /**
   * A decision; the narrower the more of table, key, field and constraint are given.
   *
   * @param key primary key as the server gave it, or as one value, or as an array, or null
   * @param value what {@link Side#VALUE} sets, JSON's null for NULL, else null
   */
  public record Resolution(
      String table, JsonNode key, String field, String constraint, Side side, JsonNode value) {

    /** Checks that there is a decision. */
    public Resolution {
      Objects.requireNonNull(side, "side");
    }
  }

  /**
   * What a decision has settled.
   *
   * @param resolved conflicts that are wholly decided
   * @param decided fields that it was about
   */
  public record Progress(long resolved, long decided, long remaining, JsonNode json)
      implements Received {}

  /**
   * One page of conflicts.
   *
   * @param table only of this table, or null
   * @param after where the page starts, from the page before, or null
   */
  public Conflict.Page page(String branch, String table, Integer limit, String after) {
    return Conflict.Page.of(
        scope.send(
            scope
                .get("conflicts")
                .query("branch", branch)
                .query("table", table)
                .query("limit", limit)
                .query("after", after)));
  }

  /** All conflicts, page by page. */
  public List<Conflict> all(String branch, String table) {
    List<Conflict> conflicts = new ArrayList<>();
    String after = null;
    do {
      Conflict.Page page = page(branch, table, PAGE, after);
      conflicts.addAll(page.conflicts());
      after = page.next();
    } while (after != null);
    return conflicts;
  }

  /**
   * Forgets how conflicts were decided.
   *
   * @param table only those of this table, or null
   * @param key primary key of the only record, or null
   * @param field the only field, or null
   * @param constraint the only constraint, or null
   * @return how many decisions were known
   */
  public long forget(String table, JsonNode key, String field, String constraint) {
    ObjectNode body = Json.object();
    if (table != null) {
      body.put("table", table);
    }
    if (key != null) {
      body.set("key", key);
    }
    if (field != null) {
      body.put("field", field);
    }
    if (constraint != null) {
      body.put("constraint", constraint);
    }
    return scope.send(scope.post("conflicts", "forget").body(body)).path("forgotten").asLong();
  }

  /** Decides. */
  public Progress resolve(String branch, Resolution resolution) {
    ObjectNode body = Json.object().put("branch", branch);
    if (resolution.table() != null) {
      body.put("table", resolution.table());
    }
    if (resolution.key() != null) {
      body.set("key", resolution.key());
    }
    if (resolution.field() != null) {
      body.put("field", resolution.field());
    }
    if (resolution.constraint() != null) {
      body.put("constraint", resolution.constraint());
    }
    body.put("resolution", resolution.side().wire());
    if (resolution.value() != null) {
      body.set("value", resolution.value());
    }
    JsonNode answer = scope.send(scope.post("conflicts", "resolve").body(body));
    return new Progress(
        answer.path("resolved").asLong(),
        answer.path("decided").asLong(),
        answer.path("remaining").asLong(),
        answer);
  }
}
