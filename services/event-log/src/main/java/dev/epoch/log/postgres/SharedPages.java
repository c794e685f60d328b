package dev.epoch.log.postgres;

import dev.epoch.log.LogPages.PageSource;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Pages for readers that follow the log together: those who stand at the same place are answered by
 * one query, and who comes a moment later by the page that it gave. Others read for themselves.
 *
 * <p>Records never change, so that a page is good for as long as it is kept; only an empty one says
 * nothing about a moment later, and is not shared.
 */
final class SharedPages implements PageSource {
  private final PageSource source;
  private final ConcurrentMap<Long, Uni<List<StoredRecord>>> asked = new ConcurrentHashMap<>();
  private volatile List<StoredRecord> latest = List.of();

  SharedPages(PageSource source) {
    this.source = source;
  }

  @Override
  public Uni<List<StoredRecord>> after(long place) {
    return Uni.createFrom()
        .deferred(() -> {
          List<StoredRecord> kept = behind(place, latest);
          return kept.isEmpty() ? asked(place) : Uni.createFrom().item(kept);
        });
  }

  private Uni<List<StoredRecord>> asked(long place) {
    Uni<List<StoredRecord>> mine =
        Uni.createFrom()
            .deferred(() -> source.after(place))
            .invoke(this::keep)
            .onTermination()
            .invoke(() -> asked.remove(place))
            .memoize()
            .indefinitely();
    Uni<List<StoredRecord>> others = asked.putIfAbsent(place, mine);
    return others == null
        ? mine
        : others.chain(page -> page.isEmpty() ? source.after(place) : Uni.createFrom().item(page));
  }

  /** Who reads what is old takes nothing from those at the end. */
  private synchronized void keep(List<StoredRecord> page) {
    if (last(page) >= last(latest)) {
      latest = page;
    }
  }

  private static long last(List<StoredRecord> page) {
    return page.isEmpty() ? 0 : page.getLast().position();
  }

  /** The records of the page behind the place, if the first of them is in it. */
  private static List<StoredRecord> behind(long place, List<StoredRecord> page) {
    if (page.isEmpty()) {
      return page;
    }
    long index = place + 1 - page.getFirst().position();
    return index < 0 || index >= page.size() ? List.of() : page.subList((int) index, page.size());
  }
}
