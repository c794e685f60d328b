package dev.epoch.catalog.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.catalog.CatalogCommit;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.engine.catalog.WorkingCommit;
import dev.epoch.events.Digest;
import dev.epoch.log.ChunkStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Classes and instances in chunks beside the log, and those in use in memory.
 *
 * <pre>
 *   commit           JSON of all classes and instances, in order, gzip, in chunks
 *   working commit   its base, and for each request a list of changes, in chunks
 * </pre>
 */
public final class ContentStore {
  /** Classes and instances of all states in memory together. */
  private static final long MOST_ENTITIES = 200_000;

  private final ChunkStore chunks;
  private final Cache<String, Resolver> states =
      Caffeine.newBuilder()
          .maximumWeight(MOST_ENTITIES)
          .<String, Resolver>weigher((_, resolver) ->
              1 + resolver.content().classes().size() + resolver.content().instances().size())
          .build();

  public ContentStore(ChunkStore chunks) {
    this.chunks = chunks;
  }

  /**
   * What is stored of a commit.
   *
   * @param content SHA-256 before compression
   * @param snapshot chunks
   * @param size bytes, compressed
   */
  public record Stored(Digest content, List<Digest> snapshot, long size) {}

  /** Stores a state; durable on return. */
  public Stored store(CatalogContent content) {
    byte[] plain = CatalogJson.bytes(content.toJson());
    byte[] compressed = compress(plain);
    return new Stored(Digest.of(plain), put(compressed), compressed.length);
  }

  /** Stores changes of one request; durable on return. */
  public List<Digest> store(List<Change> changes) {
    return changes.isEmpty() ? List.of() : put(compress(CatalogJson.bytes(Change.toJson(changes))));
  }

  /** Stores any document; durable on return. */
  public List<Digest> store(JsonNode document) {
    return put(compress(CatalogJson.bytes(document)));
  }

  /** A document that was stored. */
  public JsonNode document(List<Digest> stored) {
    return CatalogJson.read(decompress(get(stored)));
  }

  /** The state of a commit; that of null is empty. */
  public Resolver at(CatalogState catalog, Digest commit) {
    if (commit == null) {
      return new Resolver(CatalogContent.EMPTY);
    }
    CatalogCommit found =
        catalog.commit(commit).orElseThrow(() -> CatalogException.notFound("Commit", commit.hex()));
    return states.get(
        found.content().hex(), _ -> new Resolver(CatalogContent.read(document(found.snapshot()))));
  }

  /** The head of a branch with the changes of its working commit. */
  public Resolver working(CatalogState catalog, CatalogBranch branch) {
    WorkingCommit working = catalog.working(branch).orElse(null);
    if (working == null || working.payload().isEmpty()) {
      return at(catalog, branch.head());
    }
    String key = key(working, working.payload().size());
    Resolver known = states.getIfPresent(key);
    if (known != null) {
      return known;
    }
    // before, not within: what makes an entry of the cache must not make another one
    CatalogContent base = at(catalog, working.base()).content();
    return states.get(key, _ -> fold(base, working));
  }

  private Resolver fold(CatalogContent content, WorkingCommit working) {
    List<Change> changes = new ArrayList<>();
    // a request's changes are one document of one or more chunks
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    for (Digest chunk : working.payload()) {
      document.writeBytes(chunks.get(chunk).await().indefinitely());
      if (isWhole(document.toByteArray())) {
        changes.addAll(Change.read(CatalogJson.read(decompress(document.toByteArray()))));
        document.reset();
      }
    }
    if (document.size() > 0) {
      throw new IllegalStateException("Working commit " + working.id() + " ends amid a document");
    }
    return new Resolver(content.with(changes));
  }

  /** Keeps in memory what is known already: the state after more changes. */
  public void remember(WorkingCommit working, CatalogContent content) {
    states.put(key(working, working.payload().size()), new Resolver(content));
  }

  private static String key(WorkingCommit working, int chunks) {
    return working.id() + ":" + chunks;
  }

  private List<Digest> put(byte[] bytes) {
    Map<Digest, byte[]> parts = new LinkedHashMap<>();
    List<Digest> order = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += ChunkStore.MAX_CHUNK_BYTES) {
      byte[] part =
          Arrays.copyOfRange(
              bytes, from, Math.min(bytes.length, from + ChunkStore.MAX_CHUNK_BYTES));
      Digest name = Digest.of(part);
      parts.put(name, part);
      order.add(name);
    }
    chunks.putAll(parts).await().indefinitely();
    return order;
  }

  private byte[] get(List<Digest> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(part -> all.writeBytes(chunks.get(part).await().indefinitely()));
    return all.toByteArray();
  }

  private static byte[] compress(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  private static byte[] decompress(byte[] compressed) {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return gzip.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isWhole(byte[] compressed) {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      gzip.readAllBytes();
      return true;
    } catch (IOException more) {
      return false;
    }
  }
}
