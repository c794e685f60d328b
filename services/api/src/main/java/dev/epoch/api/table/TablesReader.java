package dev.epoch.api.table;

import dev.epoch.api.commit.HistoryReader;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.storage.StorageView;
import dev.epoch.projections.history.BranchRow;
import dev.epoch.projections.history.TableReads;
import dev.epoch.projections.storages.StorageReads;
import dev.epoch.projections.storages.StoragesProjector;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which tables refs show, from the read models. */
@Singleton
class TablesReader {
  private final HistoryReader history;
  private final TableReads tables;
  private final StorageReads storages;

  TablesReader(HistoryReader history, TableReads tables, StorageReads storages) {
    this.history = history;
    this.tables = tables;
    this.storages = storages;
  }

  /**
   * As soon as the read models have what the request may expect. The request is asked now, not when
   * the answer is subscribed to.
   *
   * @param ref null for the actor's branch
   */
  Uni<TablesAt> at(ApiRequest request, String ref) {
    String repository = request.repository().name();
    Uni<Map<String, StorageView>> known =
        request
            .until(StoragesProjector.NAME, request.repository())
            .chain(() -> storages.all(repository))
            .map(TablesReader::byName);
    return history
        .view(request)
        .chain(view ->
            branch(view, ref)
                .chain(branch ->
                    branch.isPresent()
                        ? onBranch(repository, branch.get(), known)
                        : atCommit(view, ref, known)));
  }

  /** Whether a table of this name is being registered. */
  Uni<Boolean> registering(ApiRequest request, String table) {
    return history.view(request).chain(view -> tables.registering(view.repository(), table));
  }

  private static Uni<Optional<BranchRow>> branch(HistoryReader.View view, String ref) {
    return ref == null || ref.equals("HEAD")
        ? view.current().map(Optional::of)
        : view.branchIfAny(ref);
  }

  private Uni<TablesAt> onBranch(
      String repository, BranchRow branch, Uni<Map<String, StorageView>> known) {
    return tables
        .on(repository, branch)
        .chain(found ->
            known.map(names -> new TablesAt(branch.name(), branch.headId(), found, names)));
  }

  private Uni<TablesAt> atCommit(
      HistoryReader.View view, String ref, Uni<Map<String, StorageView>> known) {
    return view.commit(ref)
        .chain(commit ->
            tables
                .at(view.repository(), commit.position())
                .chain(found ->
                    known.map(names ->
                        new TablesAt(ref, commit.root() ? null : commit.id(), found, names))));
  }

  private static Map<String, StorageView> byName(List<StorageReads.Storage> storages) {
    return storages.stream()
        .map(StorageView::of)
        .collect(Collectors.toMap(StorageView::name, Function.identity()));
  }
}
