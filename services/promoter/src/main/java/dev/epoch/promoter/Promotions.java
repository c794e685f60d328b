package dev.epoch.promoter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.promoter.Decision.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Plans promotions, makes them, and takes them back. What is decided stands with the source's
 * commit, as a status; a promotion has an idempotency key made from what it is, so that two who do
 * the same do it once.
 */
public final class Promotions {
  private static final int LONGEST_TEXT = 1_900;
  private static final int LOOKED_AT = 50;
  private static final int SHORT_ID = 7;

  private final RestApi api;
  private final Known known;
  private final FactsReader facts;
  private final Clock clock;

  public Promotions(RestApi api, Clock clock) {
    this(api, clock, new Known());
  }

  /**
   * @param known of this repository, from earlier looks at it
   */
  Promotions(RestApi api, Clock clock, Known known) {
    this.api = api;
    this.known = known;
    this.facts = new FactsReader(api, known);
    this.clock = clock;
  }

  /** What {@link #apply} would do now, environment by environment. Changes nothing. */
  public List<Decision> plan(PromotionFile file) {
    facts.look();
    return Waves.run(file.environments(), environment -> decide(environment, false));
  }

  /**
   * Makes the promotions that are ready, in order, and records what was decided.
   *
   * @param only names of environments; empty for all
   * @param forced whether promotions that were refused are tried again at once
   */
  public List<Decision> apply(PromotionFile file, List<String> only, boolean forced) {
    only.forEach(file::environment);
    List<Environment> chosen =
        file.environments().stream()
            .filter(environment -> only.isEmpty() || only.contains(environment.name()))
            .toList();
    facts.look();
    return Waves.run(
        chosen,
        environment -> {
          Decision decision = decide(environment, forced);
          return decision.outcome() == Outcome.READY ? promote(decision) : recorded(decision);
        });
  }

  private Decision decide(Environment environment, boolean forced) {
    if (environment.source() == null) {
      return new Decision(environment, Outcome.UP_TO_DATE, null, List.of());
    }
    return Planner.decide(environment, facts.read(environment), clock.instant(), forced);
  }

  private Decision promote(Decision decision) {
    Environment environment = decision.environment();
    Facts known = decision.facts();
    say(decision, "pending", "is being promoted");
    ObjectNode body =
        RestApi.object()
            .put("source", known.sourceCommit())
            .put("target", environment.branch())
            .put(
                "message",
                "Promote %s to %s (%s)"
                    .formatted(environment.source(), environment.name(), id(known.sourceCommit())))
            .put("promotion", true)
            .put("fail_on_conflict", true);
    if (known.targetCommit() != null) {
      body.put("expected_head", known.targetCommit());
    }
    try {
      JsonNode merged = api.post("branches/merge", body, key(decision));
      String result = FactsReader.text(merged, "result_commit_id");
      String became = "promoted to %s as %s".formatted(environment.name(), id(result));
      say(decision, "success", became);
      facts.moved(environment.branch(), result);
      this.known.settle(environment, known.sourceCommit(), result);
      return decision.became(Outcome.PROMOTED, became);
    } catch (ApiException refused) {
      if (refused.passes()) {
        throw refused;
      }
      String became = "refused: " + refused.getMessage();
      say(decision, "failure", became);
      return decision.became(Outcome.REFUSED, became);
    }
  }

  /** What a promotion is; how often it was refused tells one try from the next. */
  private static String key(Decision decision) {
    Facts known = decision.facts();
    return "promotion-"
        + digest(
            decision.environment().name(),
            decision.environment().branch(),
            known.sourceCommit(),
            String.valueOf(known.targetCommit()),
            Integer.toString(known.refusals()));
  }

  private static String digest(String... parts) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        sha256.update(part.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
      }
      return HexFormat.of().formatHex(sha256.digest(), 0, 20);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private Decision recorded(Decision decision) {
    switch (decision.outcome()) {
      case HELD -> {
        boolean refused =
            decision.facts().last() != null
                && decision.facts().last().state().equals("failure")
                && decision.reasons().contains(decision.facts().last().description());
        if (!refused) {
          say(decision, "pending", "held: " + String.join("; ", decision.reasons()));
        }
      }
      case UP_TO_DATE -> {
        // a promotion whose end nobody recorded, or that somebody made by hand
        if (decision.facts() != null
            && decision.facts().last() != null
            && decision.facts().last().state().equals("pending")) {
          say(decision, "success", "is in " + decision.environment().name());
        }
      }
      case READY, PROMOTED, REFUSED -> {}
    }
    return decision;
  }

  /** Once: what was said last is not said again. */
  private void say(Decision decision, String state, String text) {
    String description = cut(text);
    Facts.Said last = decision.facts().last();
    boolean said =
        last != null
            && last.state().equals(state)
            && description.equals(last.description())
            && decision.outcome() != Outcome.READY;
    if (!said) {
      status(
          decision.facts().sourceCommit(),
          decision.environment().decisionContext(),
          state,
          description);
    }
  }

  private void status(String commit, String context, String state, String description) {
    api.tell(
        "commits/" + RestApi.encoded(commit) + "/statuses",
        RestApi.object()
            .put("context", context)
            .put("state", state)
            .put("description", description));
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }

  private static String id(String commit) {
    return commit == null ? "nothing" : commit.substring(0, Math.min(SHORT_ID, commit.length()));
  }

  /**
   * Approves, or rejects, the promotion of one commit.
   *
   * @param commit any ref; null for the head of the source
   * @param comment or null
   * @return id of the commit
   */
  public String approve(
      PromotionFile file, String environment, String commit, boolean reject, String comment) {
    Environment to = file.environment(environment);
    if (to.source() == null) {
      throw new WrongFileException("Nothing is promoted to '" + environment + "'");
    }
    String ref = commit == null ? facts.head(to.source()) : commit;
    if (ref == null) {
      throw new WrongFileException("Branch '" + to.source() + "' has no commit yet");
    }
    JsonNode found = api.get("commits/" + RestApi.encoded(ref), Map.of());
    String id = Objects.requireNonNull(FactsReader.text(found, "id"), "id");
    status(id, to.approvalContext(), reject ? "failure" : "success", comment);
    return id;
  }

  /**
   * What a rollback did.
   *
   * @param promoted the commit that was promoted
   * @param head of the branch afterwards
   */
  public record RolledBack(String promoted, String head) {}

  /**
   * Takes the last promotion of an environment back, by commits that undo it. It is not made again:
   * the source's commit is in the branch's history.
   *
   * @param reason for people, or null
   */
  public RolledBack rollback(PromotionFile file, String environment, String reason) {
    Environment of = file.environment(environment);
    JsonNode move = lastPromotion(of);
    String to = FactsReader.text(move, "to");
    String from = FactsReader.text(move, "from");
    boolean merged = move.path("command").asText().equals("merge");
    ObjectNode body = RestApi.object();
    ArrayNode commits = body.putArray("commits");
    if (merged) {
      commits.add(to);
    } else {
      api.get("commits", Map.of("ref", from + ".." + to, "limit", "1000"))
          .path("commits")
          .forEach(commit -> commits.add(commit.path("id").asText()));
    }
    if (commits.size() == 1) {
      body.put("fail_on_conflict", true)
          .put(
              "message",
              "Roll %s back\n\n%s".formatted(of.name(), reason == null ? "" : reason).strip());
      body.put("commit", commits.get(0).asText()).remove("commits");
    }
    JsonNode done =
        api.post(
            "branches/" + RestApi.encoded(of.branch()) + "/revert",
            body,
            "rollback-" + digest(of.name(), of.branch(), to));
    String source = merged ? secondParent(to) : to;
    status(
        source,
        of.decisionContext(),
        "failure",
        cut("rolled back" + (reason == null ? "" : ": " + reason)));
    return new RolledBack(source, FactsReader.text(done, "id"));
  }

  private JsonNode lastPromotion(Environment environment) {
    JsonNode entries =
        api.get(
                "reflog",
                Map.of("branch", environment.branch(), "limit", Integer.toString(LOOKED_AT)))
            .path("entries");
    for (JsonNode entry : entries) {
      String command = entry.path("command").asText();
      if ((command.equals("merge") || command.equals("fast_forward"))
          && FactsReader.text(entry, "from") != null) {
        return entry;
      }
    }
    throw new ApiException(
        404, "", "Branch '" + environment.branch() + "' has no promotion that could be taken back");
  }

  private String secondParent(String merge) {
    JsonNode parents = api.get("commits/" + RestApi.encoded(merge), Map.of()).path("parents");
    return parents.path(1).asText(merge);
  }
}
