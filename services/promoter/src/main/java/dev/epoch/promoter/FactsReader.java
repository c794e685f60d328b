package dev.epoch.promoter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads what a decision needs. */
final class FactsReader {
  private static final int SHOWN_ROWS = 3;
  private static final int LONGEST_ROWS = 300;

  private final RestApi api;

  FactsReader(RestApi api) {
    this.api = api;
  }

  /**
   * @throws ApiException if the server refuses, as for a branch that does not exist, or does not
   *     answer
   */
  Facts read(Environment environment) {
    String source = head(environment.source());
    String target = head(environment.branch());
    JsonNode compared =
        source == null
            ? RestApi.object().put("ahead_count", 0)
            : api.get(
                "branches/compare",
                Map.of("source", environment.source(), "target", environment.branch()));
    long ahead = number(compared, "ahead_count");
    if (ahead == 0) {
      return new Facts(
          source,
          target,
          0,
          Facts.Changes.NONE,
          List.of(),
          Instant.EPOCH,
          Set.of(),
          Set.of(),
          List.of(),
          List.of(),
          source == null ? null : decisions(environment, source).last(),
          0);
    }
    String base = text(compared, "merge_base_id");
    Decisions decisions = decisions(environment, source);
    Map<String, Boolean> verdicts = verdicts(environment, source);
    return new Facts(
        source,
        target,
        ahead,
        changes(base, source),
        base == null || target == null ? List.of() : changes(base, target).tables(),
        arrived(environment.source(), source),
        named(verdicts, true),
        named(verdicts, false),
        conflicts(environment, source),
        failures(environment, source),
        decisions.last(),
        decisions.refusals());
  }

  /** The head of a branch; null before its first commit. */
  String head(String branch) {
    return text(api.get("branches/" + RestApi.encoded(branch), Map.of()), "head_commit_id");
  }

  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }

  /** What a decision hangs on is there, or nothing is decided. */
  private static long number(JsonNode node, String field) {
    if (!node.path(field).isIntegralNumber()) {
      throw new ApiException(0, "", "the server's answer has no " + field);
    }
    return node.path(field).longValue();
  }

  private Facts.Changes changes(String base, String target) {
    Map<String, String> query = new HashMap<>();
    query.put("base", base);
    query.put("target", target);
    JsonNode diff = api.get("commits/diff", query);
    List<String> tables = new ArrayList<>();
    List<String> schema = new ArrayList<>();
    for (JsonNode table : diff.path("tables")) {
      tables.add(table.path("table").asText());
      if (table.path("schema_changed").asBoolean()) {
        schema.add(table.path("table").asText());
      }
    }
    return new Facts.Changes(
        tables,
        number(diff, "total_inserts"),
        number(diff, "total_updates"),
        number(diff, "total_deletes"),
        schema);
  }

  /** When the branch came to stand there: the commit may be older. */
  private Instant arrived(String branch, String commit) {
    JsonNode entries = api.get("reflog", Map.of("branch", branch, "limit", "1")).path("entries");
    JsonNode latest = entries.path(0);
    return commit.equals(text(latest, "to")) ? Instant.parse(latest.path("time").asText()) : null;
  }

  private JsonNode statuses(String commit, String context) {
    return api.get(
            "commits/" + RestApi.encoded(commit) + "/statuses",
            Map.of("context", context, "all", "true"))
        .path("statuses");
  }

  /** The latest word of each actor, by name. */
  private Map<String, Boolean> verdicts(Environment environment, String commit) {
    Map<String, Boolean> byActor = new LinkedHashMap<>();
    Map<String, String> names = new HashMap<>();
    for (JsonNode status : statuses(commit, environment.approvalContext())) {
      String actor = status.path("actor").asText();
      String name = status.path("actor_name").asText(actor);
      boolean counts =
          environment.approvers().isEmpty()
              || environment.approvers().contains(actor)
              || environment.approvers().contains(name);
      if (counts && names.putIfAbsent(actor, name) == null) {
        byActor.put(name, status.path("state").asText().equals("success"));
      }
    }
    return byActor;
  }

  private static Set<String> named(Map<String, Boolean> verdicts, boolean verdict) {
    Set<String> named = new TreeSet<>();
    verdicts.forEach((name, said) -> {
      if (said == verdict) {
        named.add(name);
      }
    });
    return named;
  }

  private record Decisions(Facts.Said last, int refusals) {}

  private Decisions decisions(Environment environment, String commit) {
    Facts.Said last = null;
    int refusals = 0;
    for (JsonNode status : statuses(commit, environment.decisionContext())) {
      Facts.Said said =
          new Facts.Said(
              status.path("state").asText(),
              text(status, "description"),
              Instant.parse(status.path("created_at").asText()));
      last = last == null ? said : last;
      refusals += said.state().equals("failure") ? 1 : 0;
    }
    return new Decisions(last, refusals);
  }

  private List<String> conflicts(Environment environment, String source) {
    ObjectNode body =
        RestApi.object()
            .put("source", source)
            .put("target", environment.branch())
            .put("dry_run", true);
    List<String> tables = new ArrayList<>();
    try {
      api.post("branches/merge", body, null)
          .path("conflict_tables")
          .forEach(table -> tables.add(table.asText()));
    } catch (ApiException refused) {
      if (refused.passes()) {
        throw refused;
      }
      tables.add(refused.getMessage());
    }
    return tables;
  }

  private List<String> failures(Environment environment, String source) {
    List<String> failures = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Environment.Check check : environment.checks()) {
      if (!names.add(check.name())) {
        continue;
      }
      ObjectNode body =
          RestApi.object().put("sql", check.sql()).put("ref", source).put("limit", SHOWN_ROWS);
      try {
        JsonNode rows = api.post("query", body, null).path("rows");
        if (!rows.isEmpty()) {
          failures.add("'" + check.name() + "' finds " + cut(rows.toString()));
        }
      } catch (ApiException refused) {
        if (refused.passes()) {
          throw refused;
        }
        failures.add("'" + check.name() + "' cannot be run: " + cut(refused.getMessage()));
      }
    }
    return failures;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_ROWS ? text : text.substring(0, LONGEST_ROWS) + "...";
  }
}
