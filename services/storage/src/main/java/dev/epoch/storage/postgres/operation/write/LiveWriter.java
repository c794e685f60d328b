package dev.epoch.storage.postgres.operation.write;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.catalog.ConstraintCatalog;
import dev.epoch.storage.postgres.catalog.ConstraintCatalog.ForeignKey;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.ApplicationPath;
import dev.epoch.storage.postgres.connection.RefusedByTrigger;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.LiveRelations;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes live tables like staged rows say, by ordinary statements that fire ordinary triggers. */
public final class LiveWriter {
  private static final int MOST_SIGNATURES = 32;

  /** Longest chain of rows that pass on values. */
  private static final int MOST_ROUNDS = 8;

  private final Session session;
  private final ConstraintCatalog catalog;
  private final Map<String, Target> targets = new LinkedHashMap<>();

  public LiveWriter(Session session) {
    this.session = session;
    this.catalog = new ConstraintCatalog(session);
  }

  private record Target(
      TablePath path,
      StagedTable staged,
      LiveRelations live,
      List<ForeignKey> foreignKeys,
      List<Signature> signatures,
      WriteOrder.Changes changes) {}

  /** Columns that are updated together, as in {@link StagedTable}. */
  private record Signature(int round, String changed) {}

  /** Adds a table whose rows are staged; staged rows that change nothing are dropped. */
  public void add(TablePath path, StagedTable staged, LiveRelations live) {
    TableColumns columns = staged.columns();
    if (!staged.isCompared()) {
      session.run(
          "UPDATE %s s SET epoch_changed = %s FROM %s l WHERE s.epoch_kind = 1 AND %s"
              .formatted(
                  staged.name(), staged.changed("l", "s"), live.rows(), columns.sameKey("l", "s")));
    }
    session.run(
        """
        DELETE FROM %1$s s
        WHERE s.epoch_kind = 1 AND strpos(s.epoch_changed, '1') = 0
        OR s.epoch_kind = 0 AND NOT EXISTS (SELECT FROM %2$s l WHERE %3$s)\
        """
            .formatted(staged.name(), live.rows(), columns.sameKey("l", "s")));
    List<ForeignKey> foreignKeys = catalog.foreignKeys(path);
    markRewrites(path, staged, live, foreignKeys);
    List<Signature> signatures =
        session.list(
            """
            SELECT DISTINCT epoch_round, epoch_changed FROM %s
            WHERE epoch_changed IS NOT NULL AND NOT epoch_rewrite
            ORDER BY 1, 2\
            """
                .formatted(staged.name()),
            row -> new Signature(row.getInteger(0), row.getString(1)));
    WriteOrder.Changes changes =
        session
            .first(
                "SELECT COALESCE(bool_or(epoch_rewrite), FALSE), COALESCE(bool_or(epoch_kind = 0),"
                    + " FALSE) FROM "
                    + staged.name(),
                row ->
                    new WriteOrder.Changes(
                        row.getBoolean(0) || !signatures.isEmpty(),
                        row.getBoolean(0) || row.getBoolean(1)))
            .orElseThrow();
    targets.put(path.toString(), new Target(path, staged, live, foreignKeys, signatures, changes));
  }

  /**
   * Two rows that exchange a unique value, or pass it on, cannot be updated by one statement:
   * PostgreSQL looks at uniqueness row by row. They are deleted and inserted instead; where that
   * would change rows that refer to them, who takes a value is updated after who gives it.
   */
  private void markRewrites(
      TablePath path, StagedTable staged, LiveRelations live, List<ForeignKey> foreignKeys) {
    List<String> writable = staged.columns().writable();
    for (int i = 0; i < writable.size(); i++) {
      if ("always".equals(staged.columns().column(writable.get(i)).identity())) {
        // such a column can be inserted, never updated
        session.run(
            "UPDATE %s SET epoch_rewrite = TRUE WHERE substr(epoch_changed, %d, 1) = '1'"
                .formatted(staged.name(), i + 1));
      }
    }
    List<String> unreferenced =
        Stream.concat(
                Stream.of("TRUE"),
                foreignKeys.stream()
                    .filter(key -> key.parent().equals(path) && !key.restrictsOnly())
                    .map(key -> unreferenced(key, staged, live)))
            .toList();
    List<PairRuleSql> rules =
        catalog.pairRules(path).stream()
            .map(rule -> new PairRuleSql(staged.columns(), rule))
            .toList();
    for (PairRuleSql rule : rules) {
      session.run(rule.updateTakers(staged, live.rows(), "epoch_rewrite = TRUE", unreferenced));
    }
    boolean more = !rules.isEmpty();
    for (int round = 1; more && round <= MOST_ROUNDS; round++) {
      more = false;
      for (PairRuleSql rule : rules) {
        String former = "epoch_round = " + (round - 1);
        more |=
            session.execute(
                    rule.updateTakers(
                        staged,
                        live.rows(),
                        "epoch_round = " + round,
                        List.of(
                            "NOT t.epoch_rewrite AND t." + former,
                            "NOT u.epoch_rewrite AND u.epoch_round >= " + (round - 1))))
                > 0;
      }
    }
  }

  /** A condition: deleting the row of alias {@code t} changes none that refers to it. */
  private static String unreferenced(ForeignKey key, StagedTable staged, LiveRelations live) {
    List<String> refers = new ArrayList<>();
    for (int i = 0; i < key.parentColumns().size(); i++) {
      refers.add(
          "o.%s %s c.%s"
              .formatted(
                  key.parentColumns().get(i), key.operators().get(i), key.childColumns().get(i)));
    }
    return "NOT EXISTS (SELECT FROM %s o JOIN %s c ON %s WHERE %s)"
        .formatted(
            live.rows(),
            Quote.qualified(key.child().schema(), key.child().table()),
            String.join(" AND ", refers),
            staged.columns().sameKey("o", "t"));
  }

  /**
   * Writes all tables. Triggers run under the search_path of the role and database; what they
   * refuse is a {@link dev.epoch.storage.error.WriteRefusedException}.
   */
  public void write() {
    session.run("SET CONSTRAINTS ALL DEFERRED");
    Map<String, WriteOrder.Changes> changes = new LinkedHashMap<>();
    Set<WriteOrder.Reference> references = new LinkedHashSet<>();
    targets.forEach((name, target) -> changes.put(name, target.changes()));
    for (Target target : targets.values()) {
      for (ForeignKey key : target.foreignKeys()) {
        if (targets.containsKey(key.child().toString())
            && targets.containsKey(key.parent().toString())) {
          references.add(new WriteOrder.Reference(key.child().toString(), key.parent().toString()));
        }
      }
    }
    List<WriteOrder.Step> steps = new WriteOrder(changes, references).steps();
    ApplicationPath.enter(session);
    try {
      steps.forEach(this::write);
      session.run("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (RuntimeException e) {
      throw RefusedByTrigger.of(e);
    }
    ApplicationPath.leave(session);
  }

  private void write(WriteOrder.Step step) {
    List<String> parts = new ArrayList<>();
    for (String name : step.tables()) {
      addParts(targets.get(name), parts.size(), step, parts);
    }
    if (parts.isEmpty()) {
      return;
    }
    List<String> named = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      named.add("p" + i + " AS (\n" + parts.get(i) + "\nRETURNING 1\n)");
    }
    session.run("WITH " + String.join(", ", named) + "\nSELECT 1");
  }

  /** Statements of one table, each waiting for those before it. */
  private void addParts(Target target, int first, WriteOrder.Step step, List<String> parts) {
    TableColumns columns = target.staged().columns();
    String rows = target.live().rows();
    String staged = target.staged().name();
    String key = columns.sameKeyInAnyPath("l", "s");
    boolean rewrites = step.deletes() && step.writes();
    if (step.deletes() && target.changes().deletes()) {
      parts.add(
          "DELETE FROM %s l USING %s s WHERE (s.epoch_kind %s 0 OR %s AND s.epoch_rewrite) AND %s"
              .formatted(rows, staged, ApplicationPath.EQUAL, rewrites, key));
    }
    if (!step.writes()) {
      return;
    }
    if (!rewrites && target.changes().deletes()) {
      // deletes went first; what has to be rewritten is deleted and inserted by this statement
      parts.add(
          "DELETE FROM %s l USING %s s WHERE s.epoch_rewrite AND %s".formatted(rows, staged, key));
    }
    for (Update update : updates(target)) {
      parts.add(
          "UPDATE %s l SET %s FROM %s s WHERE %s AND NOT s.epoch_rewrite AND %s%s"
              .formatted(
                  rows,
                  TableColumns.each(update.columns(), c -> c + " = s." + c, ", "),
                  staged,
                  update.condition(),
                  key,
                  after(first, parts.size())));
    }
    parts.add(
        """
        INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE
        SELECT %s FROM %s s WHERE s.epoch_kind %s 1 AND (s.epoch_changed IS NULL OR s.epoch_rewrite)%s\
        """
            .formatted(
                rows,
                String.join(", ", columns.writable()),
                TableColumns.each(columns.writable(), c -> "s." + c, ", "),
                staged,
                ApplicationPath.EQUAL,
                after(first, parts.size())));
  }

  private record Update(List<String> columns, String condition) {}

  /**
   * One update for each set of columns that changed together; the rarer ones of a round share one.
   */
  private static List<Update> updates(Target target) {
    List<Update> updates = new ArrayList<>();
    Map<Integer, List<Signature>> rounds = new TreeMap<>();
    target
        .signatures()
        .forEach(s -> rounds.computeIfAbsent(s.round(), _ -> new ArrayList<>()).add(s));
    for (List<Signature> round : rounds.values()) {
      int single = Math.min(round.size(), MOST_SIGNATURES);
      for (Signature signature : round.subList(0, single)) {
        updates.add(update(target, List.of(signature)));
      }
      if (single < round.size()) {
        updates.add(update(target, round.subList(single, round.size())));
      }
    }
    return updates;
  }

  private static Update update(Target target, List<Signature> signatures) {
    List<String> writable = target.staged().columns().writable();
    Set<String> changed = new LinkedHashSet<>();
    for (Signature signature : signatures) {
      for (int i = 0; i < writable.size(); i++) {
        if (signature.changed().charAt(i) == '1') {
          changed.add(writable.get(i));
        }
      }
    }
    return new Update(
        List.copyOf(changed),
        "s.epoch_round %1$s %2$d AND s.epoch_changed %1$s ANY (ARRAY[%3$s])"
            .formatted(
                ApplicationPath.EQUAL,
                signatures.getFirst().round(),
                signatures.stream()
                    .map(signature -> Quote.literal(signature.changed()))
                    .collect(Collectors.joining(", "))));
  }

  /** A condition that is true, and known only when the parts from {@code first} on have run. */
  private static String after(int first, int end) {
    StringBuilder sql = new StringBuilder();
    for (int i = first; i < end; i++) {
      sql.append(" AND (SELECT pg_catalog.count(*) FROM p").append(i).append(") IS NOT NULL");
    }
    return sql.toString();
  }
}
