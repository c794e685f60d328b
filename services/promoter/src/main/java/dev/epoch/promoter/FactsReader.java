package dev.epoch.promoter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Reads what a decision needs. */
final class FactsReader {
  private static final int SHOWN_ROWS = 3;
  private static final int LONGEST_ROWS = 300;

  /** So many statuses of a commit the server lists at most. */
  private static final int MOST_STATUSES = 1_000;

  private static final Known.Divergence NOTHING = new Known.Divergence(0, null);

  private final RestApi api;
  private final Known known;
  private final Map<String, Optional<String>> heads = new ConcurrentHashMap<>();
  private final Map<String, Once<List<JsonNode>>> statuses = new ConcurrentHashMap<>();

  FactsReader(RestApi api, Known known) {
    this.api = api;
    this.known = known;
  }

  /**
   * Reads where all branches stand; {@link #read} goes by that, and asks once what was said about a
   * commit until the next look.
   */
  void look() {
    heads.clear();
    statuses.clear();
    for (JsonNode branch : api.get("branches", Map.of()).path("branches")) {
      heads.put(branch.path("name").asText(), Optional.ofNullable(text(branch, "head_commit_id")));
    }
  }

  /** A branch was moved. */
  void moved(String branch, String head) {
    heads.put(branch, Optional.ofNullable(head));
  }

  /**
   * @throws ApiException if the server refuses, as for a branch that does not exist, or does not
   *     answer
   */
  Facts read(Environment environment) {
    String source = stands(environment.source());
    String target = stands(environment.branch());
    Known.Divergence apart = source == null ? NOTHING : divergence(source, target, environment);
    if (apart.ahead() == 0) {
      boolean settled = source == null || known.isSettled(environment, source, target);
      Decisions before = settled ? Decisions.NONE : said(environment, source).decisions();
      if (!settled && !before.isPending()) {
        known.settle(environment, source, target);
      }
      return Facts.upToDate(source, target, before.last());
    }
    String base = apart.base();
    // a branch without commits of its own takes the source's as they are
    boolean straight = target != null && target.equals(base);
    Facts.Changes changes = known.changes(base, source, () -> changes(base, source));
    Said said = said(environment, source);
    Verdicts verdicts = verdicts(environment, source, said);
    return new Facts(
        source,
        target,
        apart.ahead(),
        changes,
        changes.schema().isEmpty() ? Hazards.NONE : hazards(base, source),
        base == null || target == null || straight
            ? List.of()
            : known.changes(base, target, () -> changes(base, target)).tables(),
        environment.soak().isZero() ? null : arrived(environment.source(), source),
        verdicts.named(true),
        verdicts.named(false),
        straight ? List.of() : conflicts(environment, source),
        failures(environment, source),
        said.decisions().last(),
        said.decisions().refusals());
  }

  private String stands(String branch) {
    Optional<String> head = heads.get(branch);
    if (head == null) {
      throw new ApiException(
          404,
          "BranchNotFoundError",
          "Branch '" + branch + "' of the promotion file does not exist");
    }
    return head.orElse(null);
  }

  private Known.Divergence divergence(String source, String target, Environment environment) {
    if (source.equals(target)) {
      return NOTHING;
    }
    if (target == null) {
      return compared(environment.source(), environment.branch());
    }
    return known.divergence(source, target, () -> compared(source, target));
  }

  private Known.Divergence compared(String source, String target) {
    JsonNode compared = api.get("branches/compare", Map.of("source", source, "target", target));
    return new Known.Divergence(number(compared, "ahead_count"), text(compared, "merge_base_id"));
  }

  /**
   * What the migration from one schema to the other may do. Where the server cannot tell, that is
   * the highest there is.
   */
  private Hazards hazards(String base, String source) {
    if (base == null) {
      return Hazards.NONE;
    }
    try {
      return Hazards.of(
          api.get("schema/diff", Map.of("base", base, "target", source)).path("hazards"));
    } catch (ApiException refused) {
      if (refused.passes()) {
        throw refused;
      }
      return Hazards.unknown(cut(refused.getMessage()));
    }
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

  /** Statuses of a commit that are about an environment, the latest first. */
  private record Said(List<JsonNode> approvals, Decisions decisions) {}

  private Said said(Environment environment, String commit) {
    List<JsonNode> approvals = new ArrayList<>();
    List<JsonNode> decisions = new ArrayList<>();
    for (JsonNode status : statuses(environment, commit)) {
      String context = status.path("context").asText();
      if (context.equals(environment.approvalContext())) {
        approvals.add(status);
      } else if (context.equals(environment.decisionContext())) {
        decisions.add(status);
      }
    }
    return new Said(approvals, Decisions.of(decisions));
  }

  private List<JsonNode> statuses(Environment environment, String commit) {
    List<JsonNode> all =
        statuses.computeIfAbsent(commit, _ -> new Once<>()).get(() -> statuses(commit, null));
    if (all.size() < MOST_STATUSES) {
      return all;
    }
    // the server lists no more: older ones of this environment may be missing
    List<JsonNode> own = new ArrayList<>(statuses(commit, environment.approvalContext()));
    own.addAll(statuses(commit, environment.decisionContext()));
    return own;
  }

  private List<JsonNode> statuses(String commit, String context) {
    Map<String, String> query = new HashMap<>();
    query.put("all", "true");
    query.put("context", context);
    List<JsonNode> found = new ArrayList<>();
    api.get("commits/" + RestApi.encoded(commit) + "/statuses", query)
        .path("statuses")
        .forEach(found::add);
    return found;
  }

  /** Statuses and reviews; the latest word of each actor counts. */
  private Verdicts verdicts(Environment environment, String commit, Said said) {
    Verdicts verdicts = new Verdicts(environment.approvers());
    for (JsonNode status : said.approvals()) {
      verdicts.add(
          status.path("actor").asText(),
          status.path("actor_name").asText(""),
          status.path("state").asText().equals("success"),
          Instant.parse(status.path("created_at").asText()));
    }
    if (environment.approvals() == 0 && verdicts.isEmpty()) {
      return verdicts;
    }
    JsonNode reviews =
        api.get("branches/" + RestApi.encoded(environment.source()) + "/reviews", Map.of());
    for (JsonNode review : reviews.path("reviews")) {
      if (commit.equals(text(review, "commit"))) {
        verdicts.add(
            review.path("reviewer").asText(),
            review.path("reviewer_name").asText(""),
            review.path("verdict").asText().equals("approve"),
            Instant.parse(review.path("created_at").asText()));
      }
    }
    return verdicts;
  }

  private record Decisions(Facts.Said last, int refusals) {
    static final Decisions NONE = new Decisions(null, 0);

    static Decisions of(List<JsonNode> statuses) {
      Facts.Said last = null;
      int refusals = 0;
      for (JsonNode status : statuses) {
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

    boolean isPending() {
      return last != null && last.state().equals("pending");
    }
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
        JsonNode found = api.post("query", body, null);
        if (!found.path("rows").isEmpty()) {
          failures.add("'" + check.name() + "' finds " + cut(rows(found)));
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

  /** Rows of a query's answer, each with the names of its columns: {@code id=2 name="b"; id=3}. */
  static String rows(JsonNode answer) {
    List<String> rows = new ArrayList<>();
    for (JsonNode row : answer.path("rows")) {
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        String column = answer.path("columns").path(i).path("name").asText("column " + (i + 1));
        fields.add(column + "=" + row.get(i));
      }
      rows.add(String.join(" ", fields));
    }
    return String.join("; ", rows);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_ROWS ? text : text.substring(0, LONGEST_ROWS) + "...";
  }
}
