package dev.epoch.catalog.store;

import dev.epoch.catalog.merge.Conflict;
import dev.epoch.catalog.merge.ContentMerge;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.validate.Report;
import dev.epoch.catalog.validate.Validator;
import dev.epoch.engine.catalog.CatalogProcessor;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.events.Digest;
import dev.epoch.events.RecordType;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.model.merge.MergeStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Merges and rebases of branches of a catalog, and what would come of them. */
public final class CatalogMerges {
  private final VersioningServer server;
  private final ContentStore store;
  private final CatalogChanges changes;

  public CatalogMerges(VersioningServer server, ContentStore store, CatalogChanges changes) {
    this.server = server;
    this.store = store;
    this.changes = changes;
  }

  /**
   * What a merge would bring, or has brought.
   *
   * @param merged content, and what changes on the target
   * @param conflicts all that stand in its way
   * @param report on the merged content
   * @param isSchemaValid whether its classes lead to classes that exist
   * @param isNeeded whether the other branch has anything that this one lacks
   */
  public record Plan(
      ContentMerge.Merged merged,
      List<Conflict> conflicts,
      Report report,
      boolean isSchemaValid,
      boolean isNeeded) {
    public boolean isPossible() {
      return conflicts.isEmpty();
    }
  }

  /** What merging would bring: {@code theirs} wins where force settles conflicts. */
  private Plan plan(Place ours, Place theirs, boolean isNeeded, boolean force) {
    CatalogState catalog = ours.catalog();
    Digest base = catalog.mergeBase(ours.branch().head(), theirs.branch().head());
    CatalogContent inOurs = store.at(catalog, ours.branch().head()).content();
    ContentMerge.Merged merged =
        ContentMerge.merge(
            store.at(catalog, base).content(),
            inOurs,
            store.at(catalog, theirs.branch().head()).content(),
            force ? MergeStrategy.THEIRS : MergeStrategy.DEFAULT);
    Report report = Validator.validate(merged.content());
    List<Conflict> conflicts = new ArrayList<>(merged.conflicts());
    conflicts.addAll(ContentMerge.introduced(merged, report, Validator.validate(inOurs)));
    return new Plan(
        merged, conflicts, report, Validator.schemaProblems(merged.content()).isEmpty(), isNeeded);
  }

  /** What merging a branch into another one would bring. */
  public Plan planMerge(Place source, Place target, boolean force) {
    boolean isNeeded =
        source.branch().head() != null
            && !source.catalog().history(target.branch().head()).contains(source.branch().head());
    return plan(target, source, isNeeded, force);
  }

  /** What rebasing a branch onto another one would bring. */
  public Plan planRebase(Place feature, Place target, boolean force) {
    boolean isNeeded =
        target.branch().head() != null
            && !feature.catalog().history(feature.branch().head()).contains(target.branch().head());
    return plan(target, feature, isNeeded, force);
  }

  /**
   * A merge or rebase.
   *
   * @param plan what it brought, or what stands in its way
   * @param isDone whether anything was committed, or there was nothing to do
   */
  public record Result(Plan plan, boolean isDone) {}

  public Result merge(Place source, Place target, boolean force, String by, Author author) {
    return both(
        source,
        target,
        () -> {
          Place from = source.again();
          Place into = target.again();
          Optional<StepResult> former = former(into, author);
          if (former.isPresent()) {
            return new Result(planMerge(from, into, force), true);
          }
          requireClean(from, "merging");
          requireClean(into, "merging");
          Plan plan = planMerge(from, into, force);
          if (!plan.isNeeded()) {
            return new Result(plan, true);
          }
          if (!plan.isPossible() && !force) {
            return new Result(plan, false);
          }
          Gate.pass(
              server,
              into,
              new Gate.Change(
                  "pre-merge", from.branch().name(), from.branch().head(), message(from, into)),
              RecordType.COMMIT_CATALOG_V1,
              author.caller());
          changes.record(
              into,
              plan.merged().content(),
              new CatalogChanges.Head(CatalogProcessor.MERGE, from),
              message(from, into),
              by,
              author);
          return new Result(plan, true);
        });
  }

  private static String message(Place from, Place into) {
    return "Merge branch '" + from.branch().name() + "' into '" + into.branch().name() + "'";
  }

  public Result rebase(Place feature, Place target, boolean force, String by, Author author) {
    return both(
        feature,
        target,
        () -> {
          Place from = feature.again();
          Place onto = target.again();
          Optional<StepResult> former = former(from, author);
          if (former.isPresent()) {
            return new Result(planRebase(from, onto, force), true);
          }
          requireClean(from, "rebasing");
          requireClean(onto, "rebasing");
          Plan plan = planRebase(from, onto, force);
          if (!plan.isNeeded()) {
            return new Result(plan, true);
          }
          if (!plan.isPossible() && !force) {
            return new Result(plan, false);
          }
          String message =
              "Rebase '" + from.branch().name() + "' onto '" + onto.branch().name() + "'";
          Gate.pass(
              server,
              from,
              new Gate.Change("pre-merge", onto.branch().name(), onto.branch().head(), message),
              RecordType.COMMIT_CATALOG_V1,
              author.caller());
          changes.record(
              from,
              plan.merged().content(),
              new CatalogChanges.Head(CatalogProcessor.REBASE, onto),
              message,
              by,
              author);
          return new Result(plan, true);
        });
  }

  private static Optional<StepResult> former(Place place, Author author) {
    return StepResult.former(place.state(), RecordType.COMMIT_CATALOG_V1, author.caller());
  }

  private static void requireClean(Place place, String doing) {
    if (place.catalog().working(place.branch()).isPresent()) {
      throw new CatalogException(
          409,
          "Branch '"
              + place.branch().name()
              + "' has an active working commit. Commit or abandon changes before "
              + doing
              + ".",
          "POST .../working-commit/commit, or DELETE .../working-commit");
    }
  }

  /** Locks two branches, always in the same order. */
  private static <T> T both(Place one, Place other, java.util.function.Supplier<T> work) {
    if (one.branch().id().equals(other.branch().id())) {
      throw new CatalogException(
          400, "Branch '" + one.branch().name() + "' is both source and target", null);
    }
    boolean inOrder = one.branch().id().compareTo(other.branch().id()) < 0;
    Place first = inOrder ? one : other;
    Place second = inOrder ? other : one;
    return CatalogChanges.locked(first, () -> CatalogChanges.locked(second, work));
  }
}
