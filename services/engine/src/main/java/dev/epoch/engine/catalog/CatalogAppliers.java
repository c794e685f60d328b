package dev.epoch.engine.catalog;

import dev.epoch.engine.state.Occurrence;
import dev.epoch.events.event.CatalogArtifactSolvedV1;
import dev.epoch.events.event.CatalogBranchChangedV1;
import dev.epoch.events.event.CatalogBranchCreatedV1;
import dev.epoch.events.event.CatalogBranchDeletedV1;
import dev.epoch.events.event.CatalogCommittedV1;
import dev.epoch.events.event.CatalogCreatedV1;
import dev.epoch.events.event.CatalogDeletedV1;
import dev.epoch.events.event.CatalogWorkingAbandonedV1;
import dev.epoch.events.event.CatalogWorkingChangedV1;
import dev.epoch.events.event.Event;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Events of the catalog to its state. */
public final class CatalogAppliers {
  private CatalogAppliers() {}

  /** The state after the event. */
  public static CatalogState apply(CatalogState state, Event.OfCatalog event, Occurrence at) {
    return switch (event) {
      case CatalogCreatedV1 e -> created(e, at);
      case CatalogDeletedV1 _ -> CatalogState.NONE;
      case CatalogBranchCreatedV1 e ->
          state.withBranch(
              new CatalogBranch(
                  e.branchId(),
                  e.name(),
                  e.description(),
                  e.parentBranchId(),
                  e.head(),
                  CatalogBranch.ACTIVE,
                  "Created branch '" + e.name() + "'",
                  e.author(),
                  at.time()));
      case CatalogBranchChangedV1 e ->
          state.withBranch(
              state.branches().get(e.branchId()).called(e.name(), e.description(), e.status()));
      case CatalogBranchDeletedV1 e -> state.withoutBranch(e.branchId());
      case CatalogWorkingChangedV1 e -> working(state, e, at);
      case CatalogWorkingAbandonedV1 e -> state.withWorking(e.branchId(), null);
      case CatalogCommittedV1 e -> committed(state, e, at);
      case CatalogArtifactSolvedV1 e ->
          state.withArtifact(
              new CatalogArtifact(e.artifact(), e.branchId(), e.commit(), e.payload(), at.time()));
    };
  }

  private static CatalogState created(CatalogCreatedV1 event, Occurrence at) {
    CatalogBranch first =
        new CatalogBranch(
            event.defaultBranchId(),
            event.defaultBranch(),
            null,
            null,
            null,
            CatalogBranch.ACTIVE,
            "Created branch '" + event.defaultBranch() + "'",
            at.actor().id(),
            at.time());
    CatalogState none = CatalogState.NONE;
    return new CatalogState(
            true,
            event.name(),
            event.description(),
            at.time(),
            event.defaultBranchId(),
            event.ownsRepository(),
            none.branches(),
            none.commits(),
            none.order(),
            none.working(),
            none.artifacts())
        .withBranch(first);
  }

  private static CatalogState working(
      CatalogState state, CatalogWorkingChangedV1 event, Occurrence at) {
    WorkingCommit before = state.working().get(event.branchId());
    WorkingCommit begun =
        before != null
            ? before
            : WorkingCommit.begun(
                event.workingId(),
                state.branches().get(event.branchId()).head(),
                event.author(),
                at.time());
    return state.withWorking(
        event.branchId(), begun.with(event.payload(), event.count(), at.time()));
  }

  private static CatalogState committed(
      CatalogState state, CatalogCommittedV1 event, Occurrence at) {
    CatalogState next =
        state
            .withCommit(
                new CatalogCommit(
                    event.commit(),
                    event.parents(),
                    event.content(),
                    event.snapshot(),
                    event.dataSize(),
                    event.classes(),
                    event.instances(),
                    event.message(),
                    event.author(),
                    at.time()))
            .withBranch(
                state
                    .branches()
                    .get(event.branchId())
                    .at(event.commit(), event.message(), event.author()))
            .withWorking(event.branchId(), null);
    if (!event.verb().equals(CatalogProcessor.MERGE)) {
      return next;
    }
    CatalogBranch source = next.branches().get(event.sourceBranchId());
    return next.withBranch(
        source.called(source.name(), source.description(), CatalogBranch.MERGED));
  }

  /** The ids that an answer is made from. */
  public static Map<String, String> facts(Event.OfCatalog event) {
    Map<String, String> facts = new TreeMap<>();
    switch (event) {
      case CatalogCreatedV1 e -> facts.put("branch", e.defaultBranchId());
      case CatalogDeletedV1 e -> facts.put("database", e.database());
      case CatalogBranchCreatedV1 e -> facts.put("branch", e.branchId());
      case CatalogBranchChangedV1 e -> facts.put("branch", e.branchId());
      case CatalogBranchDeletedV1 e -> facts.put("branch", e.branchId());
      case CatalogWorkingChangedV1 e -> {
        facts.put("working", e.workingId());
        facts.put("entity", e.entities().isEmpty() ? "" : e.entities().getFirst());
      }
      case CatalogWorkingAbandonedV1 e -> facts.put("working", e.workingId());
      case CatalogCommittedV1 e -> facts.put("commit", e.commit().hex());
      case CatalogArtifactSolvedV1 e -> facts.put("artifact", e.artifact());
    }
    facts.values().removeIf(Objects::isNull);
    return facts;
  }
}
