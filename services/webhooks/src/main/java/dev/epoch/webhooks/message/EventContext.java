package dev.epoch.webhooks.message;

import dev.epoch.events.RecordType;
import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchExpirySetV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.events.event.CatalogArtifactSolvedV1;
import dev.epoch.events.event.CatalogBranchChangedV1;
import dev.epoch.events.event.CatalogBranchCreatedV1;
import dev.epoch.events.event.CatalogBranchDeletedV1;
import dev.epoch.events.event.CatalogCommittedV1;
import dev.epoch.events.event.CatalogCreatedV1;
import dev.epoch.events.event.CatalogDeletedV1;
import dev.epoch.events.event.CatalogWorkingAbandonedV1;
import dev.epoch.events.event.CatalogWorkingChangedV1;
import dev.epoch.events.event.ChangesStagedV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.events.event.ReplayAbortedV1;
import dev.epoch.events.event.ReplaySkippedV1;
import dev.epoch.events.event.ReplayStartedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.RepositoryDeletedV1;
import dev.epoch.events.event.RepositoryOpenedV1;
import dev.epoch.events.event.RepositoryUpdatedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.projections.EventDecoder;
import dev.epoch.projections.ProjectedEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What an event does not say by itself and earlier ones did: the name of its branch, and the tables
 * of a commit that are in records of their own.
 *
 * <p>Learnt from the events in their order; what came before the first of them is asked for.
 */
public final class EventContext {
  /** Records before a commit that may hold tables of it. */
  private static final int LOOK_BACK = 64;

  private static final Set<String> NAMING =
      Set.of(
          RecordType.REPOSITORY_CREATED_V1.wireName(),
          RecordType.BRANCH_CREATED_V1.wireName(),
          RecordType.BRANCH_RENAMED_V1.wireName(),
          RecordType.CATALOG_CREATED_V1.wireName(),
          RecordType.CATALOG_BRANCH_CREATED_V1.wireName(),
          RecordType.CATALOG_BRANCH_CHANGED_V1.wireName());

  private final EventLog log;
  private final EventDecoder decoder;
  private final BranchNames names;
  private final Map<String, Known> repositories = new HashMap<>();

  /** Names of the branches that exist now. */
  @FunctionalInterface
  public interface BranchNames {
    /** Empty for a branch, or a repository, that is gone. */
    Optional<String> of(String repository, String branchId);
  }

  private static final class Known {
    private final Map<String, String> branches = new HashMap<>();
    private final Map<UUID, List<TableEntry>> tables = new HashMap<>();
  }

  public EventContext(EventLog log, EventDecoder decoder, BranchNames names) {
    this.log = log;
    this.decoder = decoder;
    this.names = names;
  }

  /** Name of the branch that the event is about; empty if it is about none. */
  synchronized String branch(ProjectedEvent event) {
    Known known = learn(event);
    return branchId(event.event()).map(id -> name(known, id, event)).orElse("");
  }

  /** Tables of a commit that records before it hold. To be asked once, in the order of the log. */
  synchronized List<TableEntry> tablesBefore(ProjectedEvent event, CommitCreatedV1 commit) {
    if (commit.operationId() == null) {
      return List.of();
    }
    List<TableEntry> before = learn(event).tables.remove(commit.operationId());
    return before == null ? List.of() : before;
  }

  /** Learns from an event that nobody is told of. */
  public synchronized void passed(ProjectedEvent event) {
    Known known = learn(event);
    if (event.event() instanceof CommitCreatedV1 commit && commit.operationId() != null) {
      known.tables.remove(commit.operationId());
    }
  }

  /** Events of the repository are left out from now on. */
  public synchronized void forget(String repository) {
    repositories.remove(repository);
  }

  /** Events of any repository may be left out. */
  public synchronized void forgetAll() {
    repositories.clear();
  }

  private Known learn(ProjectedEvent event) {
    Known known =
        repositories.computeIfAbsent(event.repository(), repository -> before(event.stored()));
    learn(known, event.event());
    return known;
  }

  /** Tables of a commit that was being recorded when this began to learn. */
  private Known before(StoredRecord first) {
    Known known = new Known();
    long from = Math.max(0, first.version() - 1 - LOOK_BACK);
    learn(known, first, from, Set.of(RecordType.COMMIT_TABLES_RECORDED_V1.wireName()));
    return known;
  }

  private String name(Known known, String branchId, ProjectedEvent event) {
    String learnt = known.branches.get(branchId);
    return learnt != null
        ? learnt
        : names
            .of(event.repository(), branchId)
            .orElseGet(() -> inLog(known, branchId, event.stored()));
  }

  /** Of a branch that is gone by now. */
  private String inLog(Known known, String branchId, StoredRecord until) {
    learn(known, until, 0, NAMING);
    return known.branches.computeIfAbsent(branchId, _ -> "");
  }

  private void learn(Known known, StoredRecord until, long from, Set<String> types) {
    log.read(until.stream(), from)
        .select()
        .first(stored -> stored.version() < until.version())
        .filter(stored -> types.contains(stored.envelope().type()))
        .invoke(stored -> decoder.decode(stored).ifPresent(event -> learn(known, event.event())))
        .collect()
        .last()
        .await()
        .indefinitely();
  }

  private static void learn(Known known, Event event) {
    switch (event) {
      case RepositoryCreatedV1 e -> known.branches.put(e.defaultBranchId(), e.defaultBranch());
      case BranchCreatedV1 e -> known.branches.put(e.branchId(), e.name());
      case BranchRenamedV1 e -> known.branches.put(e.branchId(), e.to());
      case CatalogCreatedV1 e -> known.branches.put(e.defaultBranchId(), e.defaultBranch());
      case CatalogBranchCreatedV1 e -> known.branches.put(e.branchId(), e.name());
      case CatalogBranchChangedV1 e -> known.branches.put(e.branchId(), e.name());
      case CommitTablesRecordedV1 e ->
          known.tables.computeIfAbsent(e.operationId(), _ -> new ArrayList<>()).addAll(e.tables());
      case RepositoryDeletedV1 _,
          RepositoryOpenedV1 _,
          RepositoryUpdatedV1 _,
          Event.OfStorage _,
          Event.OfTable _,
          BranchDeletedV1 _,
          BranchCheckedOutV1 _,
          BranchMovedV1 _,
          BranchExpirySetV1 _,
          BranchProtectedV1 _,
          BranchReviewedV1 _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          Event.OfOperation _,
          CommitCreatedV1 _,
          CommitSchemaRecordedV1 _,
          Event.OfMerge _,
          Event.OfReplay _,
          CommandCompletedV1 _ -> {}
    }
  }

  private static Optional<String> branchId(Event event) {
    return Optional.ofNullable(
        switch (event) {
          case RepositoryCreatedV1 e -> e.defaultBranchId();
          case BranchCreatedV1 e -> e.branchId();
          case BranchRenamedV1 e -> e.branchId();
          case BranchDeletedV1 e -> e.branchId();
          case BranchMovedV1 e -> e.branchId();
          case BranchCheckedOutV1 e -> e.branchId();
          case BranchExpirySetV1 e -> e.branchId();
          case BranchReviewedV1 e -> e.branchId();
          case ChangesStagedV1 e -> e.branchId();
          case ChangesUnstagedV1 e -> e.branchId();
          case CommitCreatedV1 e -> e.branchId();
          case ConflictsResolvedV1 e -> e.branchId();
          case MergeOpenedV1 e -> e.branchId();
          case MergeAbortedV1 e -> e.branchId();
          case MergeRequestedV1 e -> e.branchId();
          case MergeRequestClosedV1 e -> e.branchId();
          case OperationPreparedV1 e -> e.branchId();
          case ReplayStartedV1 e -> e.branchId();
          case ReplaySkippedV1 e -> e.branchId();
          case ReplayAbortedV1 e -> e.branchId();
          case CatalogCreatedV1 e -> e.defaultBranchId();
          case CatalogBranchCreatedV1 e -> e.branchId();
          case CatalogBranchChangedV1 e -> e.branchId();
          case CatalogBranchDeletedV1 e -> e.branchId();
          case CatalogWorkingChangedV1 e -> e.branchId();
          case CatalogWorkingAbandonedV1 e -> e.branchId();
          case CatalogCommittedV1 e -> e.branchId();
          case CatalogArtifactSolvedV1 e -> e.branchId();
          case RepositoryDeletedV1 _,
              RepositoryOpenedV1 _,
              RepositoryUpdatedV1 _,
              Event.OfStorage _,
              Event.OfTable _,
              BranchProtectedV1 _,
              Event.OfTag _,
              CatalogDeletedV1 _,
              Event.OfCheck _,
              Event.OfRole _,
              ResolutionsForgottenV1 _,
              OperationAbortedV1 _,
              CommitTablesRecordedV1 _,
              CommitSchemaRecordedV1 _,
              RecoveryCompletedV1 _,
              CommandCompletedV1 _ ->
              null;
        });
  }
}
