package dev.epoch.gateway.drift;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitSchema;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.schema.SchemaService.Observed;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.table.TableService;
import dev.epoch.storage.error.StorageUnavailableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives commits that tell no schema the one that their databases have now. The oldest of a line is
 * enough: those behind it show what it tells, until the first that tells its own.
 */
public final class SchemaBackfill {
  private final SchemaService schemas;

  public SchemaBackfill(SchemaService schemas) {
    this.schemas = schemas;
  }

  /**
   * What to fill.
   *
   * @param tables only the databases of these, all if there are none
   * @param since only commits from then on, or null
   * @param skipInaccessible whether databases that cannot be reached are marked, and not a failure
   * @param dryRun only to be told
   */
  public record Request(
      List<String> tables, Instant since, boolean skipInaccessible, boolean dryRun) {}

  /**
   * A commit that tells a schema now.
   *
   * @param commits that show it, itself among them
   * @param storages whose schemas it tells
   * @param unavailable storages that could not be reached
   */
  public record Filled(
      String commit, int commits, List<String> storages, List<String> unavailable) {}

  public List<Filled> fill(LiveRepository repository, Request request, Caller caller) {
    RepositoryState state = repository.state();
    Set<String> storages = new HashSet<>(schemas.storages(state));
    if (!request.tables().isEmpty()) {
      Set<String> named = new HashSet<>();
      request.tables().forEach(name -> named.add(TableService.get(state, name).storage()));
      storages.retainAll(named);
    }
    Map<String, Filled> planned = plan(state, storages, request.since());
    List<Filled> filled = new ArrayList<>();
    if (request.dryRun() || planned.isEmpty()) {
      return List.copyOf(planned.values());
    }
    Observed observed = schemas.observe(state, state.defaultBranch());
    for (Filled plan : planned.values()) {
      List<String> unreachable =
          plan.storages().stream().filter(observed.unavailable()::contains).toList();
      if (!unreachable.isEmpty() && !request.skipInaccessible()) {
        throw new StorageUnavailableException(
            "Storage '" + unreachable.getFirst() + "' cannot be reached",
            "epoch doctor, or skip databases that cannot be reached");
      }
      Map<String, RecordedSchema> told = new HashMap<>();
      CommitSchema known = state.schemas().get(plan.commit());
      if (known != null) {
        told.putAll(known.schemas());
      }
      plan.storages().stream()
          .filter(observed.schemas()::containsKey)
          .forEach(storage -> told.put(storage, observed.schemas().get(storage)));
      schemas.record(
          repository,
          state.commits().byId().get(plan.commit()),
          new Observed(told, unreachable),
          true,
          caller);
      filled.add(
          new Filled(
              plan.commit(),
              plan.commits(),
              plan.storages().stream().filter(told::containsKey).toList(),
              unreachable));
    }
    return filled;
  }

  private static Map<String, Filled> plan(
      RepositoryState state, Set<String> storages, Instant since) {
    Commits commits = state.commits();
    Map<String, Filled> planned = new LinkedHashMap<>();
    for (BranchState branch : state.branches().byId().values()) {
      List<String> line = new ArrayList<>();
      for (String at = branch.head(); !commits.isRoot(at); at = commits.firstParent(at)) {
        if (since != null && commits.time(at).isBefore(since)) {
          break;
        }
        line.addFirst(at);
      }
      if (line.isEmpty() || planned.containsKey(line.getFirst())) {
        continue;
      }
      String oldest = line.getFirst();
      List<String> missing =
          storages.stream().filter(storage -> !told(state, oldest, storage)).sorted().toList();
      if (!missing.isEmpty()) {
        int shown = 0;
        while (shown < line.size() && !told(state, line.get(shown), missing.getFirst())) {
          shown++;
        }
        planned.put(oldest, new Filled(oldest, shown, missing, List.of()));
      }
    }
    return planned;
  }

  private static boolean told(RepositoryState state, String commit, String storage) {
    CommitSchema told = state.schemas().get(commit);
    return told != null && told.schemas().containsKey(storage);
  }
}
