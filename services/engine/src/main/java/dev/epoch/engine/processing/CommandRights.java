package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.DecisionContext;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.*;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.model.access.Grant;
import dev.epoch.model.access.Verb;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which right each command needs, on which branch and for which table; and, before databases
 * change, the same of every table that an operation is about to change.
 */
public final class CommandRights {
  private static final String STASHES = "stash/";

  private CommandRights() {}

  /** A verb, with the name of the branch and of the table that it is about; null for any. */
  private record Right(Verb verb, String branch, String table) {
    static Right of(Verb verb) {
      return new Right(verb, null, null);
    }

    static Right on(Verb verb, String branch) {
      return new Right(verb, branch, null);
    }
  }

  /** Why whoever asks may not have the command decided. */
  public static Optional<Rejection> refuse(
      RepositoryState state, Command command, DecisionContext context) {
    if (command instanceof GrantRoleV1
        && !state.access().inForce()
        && !context.principal().administrator()) {
      return Optional.of(
          new Rejection(
              Code.PERMISSION_DENIED,
              "The first role is granted by an administrator: from then on, nobody may what no role gives them",
              Map.of(
                  "user",
                  context.principal().user(),
                  "remedy",
                  "Use the key of an administrator, such as the one that EPOCH_API_KEY sets for the server")));
    }
    return rights(state, command)
        .flatMap(right ->
            AccessRules.refuse(
                state, context.principal(), right.verb(), right.branch(), right.table())
                .stream())
        .findFirst();
  }

  private static Stream<Right> rights(RepositoryState state, Command command) {
    return switch (command) {
      case CreateRepositoryV1 _ -> Stream.of();
      case OpenRepositoryV1 _, CheckoutBranchV1 _, RecordCatalogArtifactV1 _ ->
          Stream.of(Right.of(Verb.READ));
      case DeleteRepositoryV1 _,
          AddStorageV1 _,
          UpdateStorageV1 _,
          RemoveStorageV1 _,
          DeleteCatalogV1 _,
          CreateRoleV1 _,
          DeleteRoleV1 _,
          GrantRoleV1 _,
          RevokeRoleV1 _ ->
          Stream.of(Right.of(Verb.ADMINISTER));
      case UpdateRepositoryV1 _,
          ProtectBranchV1 _,
          AddCheckV1 _,
          RemoveCheckV1 _,
          RecordCommitSchemaV1 _,
          CreateCatalogV1 _ ->
          Stream.of(Right.of(Verb.MANAGE));
      case RecordTableSyncV1 _ -> Stream.of(Right.of(Verb.COMMIT));
      case RegisterTableV1 c -> Stream.of(ofTable(state, c.branch(), c.name()));
      case RemoveTableV1 c -> Stream.of(ofTable(state, c.branch(), c.name()));
      case CreateBranchV1 c -> Stream.of(Right.on(Verb.BRANCH, c.name()));
      case RenameBranchV1 c ->
          Stream.of(Right.on(Verb.BRANCH, c.from()), Right.on(Verb.BRANCH, c.to()));
      case DeleteBranchV1 c -> Stream.of(Right.on(Verb.BRANCH, c.name()));
      case ExpireBranchV1 c -> Stream.of(Right.on(Verb.BRANCH, c.name()));
      case CreateTagV1 c -> Stream.of(ofTag(state, c.name()));
      case DeleteTagV1 c -> Stream.of(ofTag(state, c.name()));
      case ReviewBranchV1 c -> Stream.of(Right.on(Verb.REVIEW, c.branch()));
      case SetCommitStatusV1 _ -> Stream.of(Right.on(Verb.REVIEW, Grant.EVERY));
      case StageChangesV1 c -> Stream.of(Right.on(Verb.COMMIT, c.branch()));
      case UnstageChangesV1 c -> Stream.of(Right.on(Verb.COMMIT, c.branch()));
      case CommitToBranchV1 c -> Stream.of(Right.on(Verb.COMMIT, c.branch()));
      case ReplayCommitsV1 c -> Stream.of(Right.on(Verb.COMMIT, c.branch()));
      case SkipCommitV1 c -> Stream.of(Right.on(Verb.COMMIT, c.branch()));
      case ResetBranchV1 c -> Stream.of(Right.on(Verb.COMMIT, c.branch()));
      case MergeBranchV1 c -> Stream.of(Right.on(Verb.MERGE, c.target()));
      case RequestMergeV1 c -> Stream.of(Right.on(Verb.MERGE, c.target()));
      case CloseMergeRequestV1 c -> Stream.of(Right.on(Verb.MERGE, c.target()));
      case ResolveConflictsV1 c -> Stream.of(new Right(Verb.MERGE, c.branch(), c.table()));
      case ContinueMergeV1 c -> Stream.of(Right.on(Verb.MERGE, c.branch()));
      case AbortMergeV1 c -> Stream.of(Right.on(Verb.MERGE, c.branch()));
      case ForgetResolutionsV1 c -> Stream.of(new Right(Verb.MERGE, Grant.EVERY, c.table()));
      case CreateCatalogBranchV1 c -> Stream.of(Right.on(Verb.BRANCH, c.name()));
      case ChangeCatalogBranchV1 c -> changed(state, c);
      case DeleteCatalogBranchV1 c ->
          Stream.of(Right.on(Verb.BRANCH, catalogBranch(state, c.branchId())));
      case StageCatalogChangesV1 c ->
          Stream.of(Right.on(Verb.COMMIT, catalogBranch(state, c.branchId())));
      case AbandonCatalogChangesV1 c ->
          Stream.of(Right.on(Verb.COMMIT, catalogBranch(state, c.branchId())));
      case CommitCatalogV1 c ->
          Stream.of(
              Right.on(
                  "merge".equalsIgnoreCase(c.verb()) ? Verb.MERGE : Verb.COMMIT,
                  catalogBranch(state, c.branchId())));
    };
  }

  /** Tags that keep uncommitted changes name the branch whose they are, by its id. */
  private static Right ofTag(RepositoryState state, String name) {
    if (!name.startsWith(STASHES)) {
      return Right.on(Verb.BRANCH, name);
    }
    String rest = name.substring(STASHES.length());
    int end = rest.indexOf('/');
    BranchState branch = state.branches().byId().get(end < 0 ? rest : rest.substring(0, end));
    return Right.on(Verb.COMMIT, branch == null ? Grant.EVERY : branch.name());
  }

  /** Tables of the default branch are live ones: which are versioned is a setting. */
  private static Right ofTable(RepositoryState state, String branch, String table) {
    boolean live = branch == null || state.branch(branch).filter(state::isDefault).isPresent();
    return live ? Right.of(Verb.MANAGE) : new Right(Verb.ALTER, branch, table);
  }

  private static Stream<Right> changed(RepositoryState state, ChangeCatalogBranchV1 command) {
    Right before = Right.on(Verb.BRANCH, catalogBranch(state, command.branchId()));
    return command.name() == null
        ? Stream.of(before)
        : Stream.of(before, Right.on(Verb.BRANCH, command.name()));
  }

  /** What is unknown is refused for that, unless its id is a pattern's. */
  private static String catalogBranch(RepositoryState state, String id) {
    return state.catalog().branch(id).map(CatalogBranch::name).orElse(id);
  }

  /**
   * The decision, unless databases are about to change where whoever asks may not: on the branch as
   * things are now, and in each table.
   */
  public static Decision checked(
      RepositoryState state, Decision decision, DecisionContext context) {
    if (!state.access().inForce()) {
      return decision;
    }
    for (Event event : decision.events()) {
      if (event instanceof OperationPreparedV1 prepared) {
        Optional<Rejection> refusal = refuse(state, prepared, context);
        if (refusal.isPresent()) {
          return Decision.reject(refusal.get());
        }
      }
    }
    return decision;
  }

  private static Optional<Rejection> refuse(
      RepositoryState state, OperationPreparedV1 prepared, DecisionContext context) {
    BranchState branch = state.branches().byId().get(prepared.branchId());
    String name = branch == null ? prepared.branchId() : branch.name();
    return switch (prepared.plan()) {
      case OperationPlan.RegisterTable _, OperationPlan.RemoveTable _ -> Optional.empty();
      case OperationPlan.Commit plan ->
          refuse(state, context, Verb.COMMIT, name, plan.tables().stream());
      case OperationPlan.Merge plan ->
          refuse(
              state,
              context,
              plan.verb().equals("merge") ? Verb.MERGE : Verb.COMMIT,
              name,
              Stream.concat(
                  plan.tables().stream().map(OperationPlan.TableMerge::tableId),
                  plan.newTables().stream()));
    };
  }

  private static Optional<Rejection> refuse(
      RepositoryState state,
      DecisionContext context,
      Verb verb,
      String branch,
      Stream<String> tableIds) {
    return Stream.concat(Stream.of((String) null), tableIds.map(id -> tableName(state, id)))
        .flatMap(
            table -> AccessRules.refuse(state, context.principal(), verb, branch, table).stream())
        .findFirst();
  }

  private static String tableName(RepositoryState state, String id) {
    RegisteredTable table = state.tables().byId().get(id);
    return table == null ? id : table.name();
  }
}
