package dev.epoch.qa.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Rest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Compares what the server and its databases hold with the model, while every client stands still.
 */
final class Checker {
  /** Building everything anew looks at each commit of the trial. */
  private static final Duration REBUILD_LIMIT = Duration.ofMinutes(30);

  private static final int SAMPLE = 6;
  private static final int READERS = 4;

  private final Model model;
  private final Reader reader;
  private final Counts counts;
  private final List<TrialClient> clients;
  private final int number;
  private final Random random;
  private final NamesChecker names;
  private final Set<String> compared = ConcurrentHashMap.newKeySet();

  Checker(Model model, Reader reader, Counts counts, List<TrialClient> clients, Random random) {
    this.model = model;
    this.reader = reader;
    this.counts = counts;
    this.clients = clients;
    this.number = clients.size();
    this.random = random;
    this.names = new NamesChecker(model, reader, clients);
  }

  /** Everything but old commits, of which a sample is read again. */
  void check() throws SQLException {
    nothingIsInDoubt();
    Map<String, String> heads = branches();
    for (TrialClient client : clients) {
      for (BranchModel branch : client.branches()) {
        branch(branch, heads.get(branch.name));
      }
      client.catalog().check(reader);
    }
    main(heads.get(Model.MAIN));
    copies();
    names.check();
    Set<String> reachable = history(heads);
    List<String> old = new ArrayList<>(reachable);
    old.removeIf(id -> !compared.contains(id));
    Collections.sort(old);
    Collections.shuffle(old, random);
    old.stream().limit(SAMPLE).forEach(this::commit);
    List<String> young = new ArrayList<>(reachable);
    young.removeAll(compared);
    young.forEach(this::commit);
    counts.add("checks");
  }

  /** Also every commit again, and the databases built anew from the log. */
  void checkAll(Rest rest) throws SQLException {
    check();
    everyCommit();
    JsonNode rebuilt =
        rest.waiting(REBUILD_LIMIT)
            .post("/admin/rebuild?repository=" + TrialWorld.REPOSITORY, "{}")
            .ok();
    assertThat(rebuilt.path("projections")).isNotEmpty();
    for (JsonNode projection : rebuilt.path("projections")) {
      assertThat(projection.path("equal").booleanValue()).as(projection.toString()).isTrue();
      counts.add("read models rebuilt");
    }
    check();
    everyCommit();
  }

  /** Several at once: a read of an old commit waits for the databases most of its time. */
  private void everyCommit() {
    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      List<CompletableFuture<Void>> all =
          history(branches()).stream()
              .map(id -> CompletableFuture.runAsync(() -> commit(id), readers))
              .toList();
      all.forEach(CompletableFuture::join);
    } catch (CompletionException wrong) {
      if (wrong.getCause() instanceof AssertionError failure) {
        throw failure;
      }
      throw wrong;
    }
  }

  private void nothingIsInDoubt() {
    JsonNode recovery = reader.get("/admin/recovery");
    assertThat(recovery.path("open")).as("operations in doubt").isEmpty();
    JsonNode projections = reader.get("/admin/projections");
    for (JsonNode projection : projections.path("projections")) {
      assertThat(projection.path("error").isMissingNode() || projection.path("error").isNull())
          .as(projection.toString())
          .isTrue();
    }
  }

  private Map<String, String> branches() {
    Map<String, String> heads = new TreeMap<>();
    for (JsonNode branch : reader.get("/branches").path("branches")) {
      heads.put(branch.path("name").textValue(), branch.path("head_commit_id").textValue());
    }
    Set<String> expected = new TreeSet<>(Set.of(Model.MAIN));
    clients.forEach(client -> client.branches().forEach(branch -> expected.add(branch.name)));
    assertThat(heads.keySet()).as("branches").isEqualTo(expected);
    return heads;
  }

  private void branch(BranchModel branch, String head) throws SQLException {
    assertThat(head).as("head of %s", branch.name).isEqualTo(branch.head);
    same("committed on " + branch, reader.at(branch.name), model.commit(head).rows());
    same("on " + branch, reader.working(branch.name), branch.working);
    same("on " + branch + " for a client", reader.clientSoon(branch.name), branch.working);
    ViewWork.check(branch, reader, counts);
    JsonNode status = status(branch.name, model.commit(head).rows(), branch.working);
    Set<String> staged = new TreeSet<>();
    status.path("staged").forEach(table -> staged.add(table.path("table").textValue()));
    for (JsonNode table : status.path("unstaged")) {
      assertThat(branch.staged)
          .as("staged on %s", branch)
          .doesNotContain(table.path("table").textValue());
    }
    assertThat(branch.staged).as("staged on %s", branch).containsAll(staged);
    if (!branch.open()) {
      assertThat(status.path("merge").isNull())
          .as("no open merge on %s: %s", branch, status)
          .isTrue();
    } else {
      assertThat(status.path("merge").path("conflicts").longValue())
          .as("conflicts on %s", branch)
          .isEqualTo(branch.undecided());
    }
  }

  /** The uncommitted changes that the server tells of are the difference of the two states. */
  private JsonNode status(String branch, Rows committed, Rows working) {
    JsonNode status = reader.get("/status?branch=" + Rest.escaped(branch));
    Map<String, Rows.Difference> told = new HashMap<>();
    for (String part : List.of("staged", "unstaged")) {
      for (JsonNode table : status.path(part)) {
        told.put(
            table.path("table").textValue(),
            new Rows.Difference(
                table.path("inserted").longValue(),
                table.path("updated").longValue(),
                table.path("deleted").longValue(),
                table.path("schema_changed").booleanValue()));
      }
    }
    Map<String, Rows.Difference> expected = new HashMap<>();
    for (String table : Model.TABLES) {
      Rows.Difference difference = committed.to(working, table);
      if (!difference.none()) {
        expected.put(table, difference);
      }
    }
    assertThat(told).as("uncommitted on %s", branch).isEqualTo(expected);
    return status;
  }

  private void main(String head) throws SQLException {
    Rows live = Rows.NONE;
    for (int client = 1; client <= number; client++) {
      int its = client;
      live = live.replaced(row -> row.client() == its, model.live(client).now());
    }
    same("in the live tables", reader.client(Model.MAIN), live);
    same("on main", reader.working(Model.MAIN), live);
    assertThat(model.commit(head)).as("a commit nobody asked for is the head of main").isNotNull();
    same("committed on main", reader.at(Model.MAIN), model.commit(head).rows());
    status(Model.MAIN, model.commit(head).rows(), live);
  }

  private void copies() throws SQLException {
    long[] copies = reader.copies();
    assertThat(copies[1]).as("rows in which copies differ from their branches").isZero();
    counts.add("copies compared", copies[0]);
  }

  /** Every commit of a history was asked for, once, and acknowledged ones are in it. */
  private Set<String> history(Map<String, String> heads) {
    Map<String, String> found = new HashMap<>();
    Set<String> expected = new HashSet<>();
    heads.values().forEach(head -> expected.addAll(model.history(head)));
    model.tags().values().forEach(commit -> expected.addAll(model.history(commit)));
    model.stashes().forEach(commit -> expected.addAll(model.history(commit)));
    int offset = 0;
    JsonNode page;
    do {
      page = reader.get("/commits?all=true&limit=1000&offset=" + offset);
      for (JsonNode commit : page.path("commits")) {
        String id = commit.path("id").textValue();
        String message = commit.path("message").textValue();
        boolean unnamed = message.startsWith("Live changes before merging ") || model.isUnnamed(id);
        assertThat(found.put(unnamed ? id : message, id))
            .as("'%s' is there twice", message)
            .isNull();
        if (!unnamed && !message.equals("first")) {
          assertThat(model.acknowledged()).as("commit %s", commit).containsEntry(message, id);
        }
        offset++;
      }
    } while (page.path("has_more").booleanValue());
    assertThat(new HashSet<>(found.values())).as("commits").isEqualTo(expected);
    Set<String> main = model.history(heads.get(Model.MAIN));
    assertThat(main).as("history of main").containsAll(model.acknowledgedOnMain());
    return expected;
  }

  private void commit(String id) {
    same("commit " + id, reader.at(id), model.commit(id).rows());
    compared.add(id);
    counts.add("commits compared");
  }

  private static void same(String what, Rows found, Rows expected) {
    if (!found.equals(expected)) {
      String text = what + " is not as it must be: " + found.differences(expected);
      throw new AssertionError(text);
    }
  }
}
