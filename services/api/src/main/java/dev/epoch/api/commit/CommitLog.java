package dev.epoch.api.commit;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.model.ref.RevisionRange;
import dev.epoch.projections.Projections;
import dev.epoch.projections.history.CommitRow;
import dev.epoch.projections.history.HistoryReads;
import dev.epoch.projections.history.HistoryReads.Filter;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Pages of history as JSON. What a commit reaches never changes, so a page that was read once is
 * kept under the commits that it begins with; which commits those are is asked anew each time.
 */
@Singleton
public class CommitLog {
  private final HistoryReads reads;
  private final Projections projections;
  private final KeptBytes<Key> kept = new KeptBytes<>();

  CommitLog(HistoryReads reads, Projections projections) {
    this.reads = reads;
    this.projections = projections;
  }

  /** What the content of a page depends on. */
  private record Key(
      String repository,
      long builds,
      List<Long> heads,
      List<Long> excluded,
      Filter filter,
      int offset,
      int limit) {}

  private record Heads(List<Long> included, List<Long> excluded) {
    static Heads of(Long head) {
      return new Heads(List.of(head), List.of());
    }
  }

  /**
   * A page of {@link CommitView.Page} in JSON.
   *
   * @param ref branch, commit, HEAD or a range; HEAD for null
   * @param all whether from every branch and tag, whatever the ref
   */
  public Uni<byte[]> page(
      HistoryReader.View view, String ref, boolean all, Filter filter, int offset, int limit) {
    return heads(view, ref, all)
        .chain(heads -> {
          Key key =
              new Key(
                  view.repository(),
                  projections.builds(),
                  heads.included(),
                  heads.excluded(),
                  filter,
                  offset,
                  limit);
          byte[] known = kept.get(key);
          return known != null
              ? Uni.createFrom().item(known)
              : read(view, heads, filter, offset, limit)
                  .map(CommitLog::json)
                  .invoke(read -> kept.put(key, read));
        });
  }

  private Uni<CommitView.Page> read(
      HistoryReader.View view, Heads heads, Filter filter, int offset, int limit) {
    boolean whole =
        heads.included().size() == 1 && heads.excluded().isEmpty() && filter.equals(Filter.NONE);
    Uni<HistoryReads.Log> page =
        reads.log(
            view.repository(), heads.included(), heads.excluded(), filter, offset, limit, !whole);
    if (!whole) {
      return page.map(log -> CommitView.Page.of(log.commits(), log.total(), offset));
    }
    Uni<Long> total =
        reads
            .commit(view.repository(), heads.included().getFirst())
            .map(found -> found.map(CommitRow::history).orElse(0L));
    return Uni.combine()
        .all()
        .unis(page, total)
        .with((log, count) -> CommitView.Page.of(log.commits(), count, offset));
  }

  private Uni<Heads> heads(HistoryReader.View view, String ref, boolean all) {
    if (all) {
      return reads.heads(view.repository()).map(heads -> new Heads(heads, List.of()));
    }
    if (!RevisionRange.isRange(ref)) {
      return view.position(ref).map(Heads::of);
    }
    RevisionRange range = RevisionRange.parse(ref);
    return view.position(range.from().toString())
        .chain(from ->
            view.position(range.to().toString())
                .chain(to ->
                    range.symmetric()
                        ? symmetric(view, from, to)
                        : Uni.createFrom().item(new Heads(List.of(to), List.of(from)))));
  }

  private Uni<Heads> symmetric(HistoryReader.View view, long from, long to) {
    return reads
        .compare(view.repository(), from, to)
        .map(found -> new Heads(List.of(from, to), List.of(found.basePosition())));
  }

  private static byte[] json(CommitView.Page page) {
    try {
      return ApiJson.mapper().writeValueAsBytes(page);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
