package dev.epoch.catalog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.catalog.CatalogCommit;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.engine.catalog.WorkingCommit;
import dev.epoch.events.Digest;
import dev.epoch.log.ChunkStore;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePVector;

class ContentStoreTest {
  private static final Audit AUDIT = Audit.created("tests", Instant.EPOCH);
  private static final int STORES = 300;

  /** Chunks of the test. */
  private static final class Chunks implements ChunkStore {
    private final Map<Digest, byte[]> all = new HashMap<>();

    @Override
    public Uni<Void> putAll(Map<Digest, byte[]> chunks) {
      all.putAll(chunks);
      return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<byte[]> get(Digest digest) {
      return Uni.createFrom().item(all.get(digest));
    }

    @Override
    public Uni<Set<Digest>> present(Collection<Digest> digests) {
      throw new UnsupportedOperationException();
    }
  }

  /** Nothing is known yet, neither the commit nor what was changed since. */
  @Test
  void theFirstReadAfterAStartFindsWhatIsNotCommitted() {
    Chunks chunks = new Chunks();
    ContentStore.Stored stored = new ContentStore(chunks).store(content("chair", 1));
    List<Digest> first = new ContentStore(chunks).store(List.of(change("chair", 2)));
    List<Digest> second = new ContentStore(chunks).store(List.of(change("table", 3)));
    Digest commit = Digest.of(new byte[] {1});
    for (int i = 0; i < STORES; i++) {
      CatalogBranch branch =
          new CatalogBranch(
              "b" + i, "b", null, null, commit, CatalogBranch.ACTIVE, null, "tests", Instant.EPOCH);
      CatalogState catalog =
          new CatalogState(
              true,
              "shop",
              null,
              Instant.EPOCH,
              branch.id(),
              false,
              HashTreePMap.singleton(branch.id(), branch),
              HashTreePMap.singleton(
                  commit.hex(),
                  new CatalogCommit(
                      commit,
                      List.of(),
                      stored.content(),
                      stored.snapshot(),
                      stored.size(),
                      1,
                      1,
                      "first",
                      "tests",
                      Instant.EPOCH)),
              TreePVector.singleton(commit.hex()),
              HashTreePMap.singleton(
                  branch.id(),
                  new WorkingCommit(
                      "w" + i,
                      commit,
                      TreePVector.<Digest>empty().plusAll(first).plusAll(second),
                      2,
                      "tests",
                      Instant.EPOCH,
                      Instant.EPOCH)),
              HashTreePMap.empty());

      CatalogContent working = new ContentStore(chunks).working(catalog, branch).content();

      assertThat(working.instances().keySet()).containsExactly("chair", "table");
      assertThat(new ContentStore(chunks).at(catalog, commit).content().instances().keySet())
          .containsExactly("chair");
    }
  }

  private static CatalogContent content(String id, int value) {
    return CatalogContent.of(
        List.of(
            ClassDef.create(
                CatalogJson.read(
                    "{\"name\": \"Thing\", \"properties\": [{\"name\": \"value\", \"data_type\": \"Number\"}]}"),
                AUDIT)),
        List.of(instance(id, value)));
  }

  private static Change change(String id, int value) {
    return new Change.PutInstance(instance(id, value));
  }

  private static Instance instance(String id, int value) {
    return Instance.create(
        CatalogJson.read(
            "{\"class\": \"class-thing\", \"properties\": {\"value\": {\"value\": %d, \"type\": \"Number\"}}}"
                .formatted(value)),
        id,
        id,
        AUDIT);
  }
}
