package dev.epoch.storage.objects.azure;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobDownloadContentResponse;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.BlockBlobItem;
import com.azure.storage.blob.models.DownloadRetryOptions;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectKey;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.retry.ChunkedInputStream;
import dev.epoch.storage.objects.retry.ChunkedInputStream.Chunk;
import dev.epoch.storage.objects.retry.ContentParts;
import dev.epoch.storage.objects.retry.Requests;
import dev.epoch.storage.objects.retry.Requests.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Block blobs of a container. Versions are ETags. Each write carries an id of its own as metadata,
 * by which it is known again when its answer is lost. Copies go through this process: how Azure
 * lets a blob be read for a copy inside the store differs with the credentials.
 */
final class AzureObjectStore implements ObjectStore {
  /** Metadata with the id of a write; names of metadata are identifiers. */
  private static final String WRITE = "epoch_write";

  /** Most blocks that a blob has. */
  private static final int BLOCKS = 50_000;

  /** How often a blob is written in blocks while other writers discard them. */
  private static final int PUTS = 5;

  private static final String ANY = "*";

  private final BlobContainerClient container;
  private final Requests requests;
  private final int part;

  /**
   * @param part bytes of a block; what is larger is written in blocks
   */
  AzureObjectStore(BlobContainerClient container, Requests requests, int part) {
    this.container = container;
    this.requests = requests;
    this.part = part;
  }

  private BlockBlobClient blob(String key) {
    return container.getBlobClient(ObjectKey.require(key)).getBlockBlobClient();
  }

  // ---- reading

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return properties(key).map(found -> stored(key, found));
  }

  private static StoredObject stored(String key, BlobProperties found) {
    return new StoredObject(
        key,
        found.getBlobSize(),
        found.getLastModified().toInstant(),
        AzureListing.version(found.getETag()));
  }

  private Optional<BlobProperties> properties(String key) throws IOException {
    BlockBlobClient blob = blob(key);
    try {
      return Optional.of(
          requests.repeatable(
              key, () -> blob.getPropertiesWithResponse(null, null, Context.NONE).getValue()));
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NO_OBJECT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public byte[] read(String key, long from, int length) throws IOException {
    if (length == 0) {
      if (find(key).isEmpty()) {
        throw new ObjectStoreException(Kind.NO_OBJECT, "There is no object " + key, null);
      }
      return new byte[0];
    }
    return chunk(key, from, length, null).bytes();
  }

  @Override
  public InputStream open(String key) throws IOException {
    return new ChunkedInputStream(
        (from, version) -> chunk(key, from, ChunkedInputStream.CHUNK, version));
  }

  private Chunk chunk(String key, long from, int length, String version) throws IOException {
    BlockBlobClient blob = blob(key);
    return requests.repeatable(
        key,
        () -> {
          try {
            BlobDownloadContentResponse got =
                blob.downloadContentWithResponse(
                    new DownloadRetryOptions().setMaxRetryRequests(0),
                    version == null ? null : matching(version),
                    new BlobRange(from, (long) length),
                    false,
                    null,
                    Context.NONE);
            String range = got.getDeserializedHeaders().getContentRange();
            byte[] bytes = got.getValue().toBytes();
            return new Chunk(
                bytes,
                range == null
                    ? from + bytes.length
                    : Long.parseLong(range.substring(range.lastIndexOf('/') + 1)),
                AzureListing.version(got.getDeserializedHeaders().getETag()).value());
          } catch (BlobStorageException e) {
            if (e.getStatusCode() == 416) {
              return new Chunk(new byte[0], from, version);
            }
            throw e;
          }
        });
  }

  @Override
  public Iterator<StoredObject> list(String prefix, String after) throws IOException {
    return new AzureListing(container, requests, prefix, after);
  }

  // ---- writing

  private static BlobRequestConditions matching(String version) {
    return new BlobRequestConditions().setIfMatch("\"" + version + "\"");
  }

  @Override
  public StoredObject put(String key, ObjectContent content) throws IOException {
    for (int attempt = 0; attempt < PUTS; attempt++) {
      Optional<StoredObject> written = write(key, content, new BlobRequestConditions());
      if (written.isPresent()) {
        return written.get();
      }
    }
    throw new ObjectStoreException(
        Kind.UNAVAILABLE,
        "Others write %s again and again, which discards blocks that are not committed"
            .formatted(key),
        null);
  }

  @Override
  public Optional<StoredObject> putIfAbsent(String key, ObjectContent content) throws IOException {
    return write(key, content, new BlobRequestConditions().setIfNoneMatch(ANY));
  }

  @Override
  public Optional<StoredObject> putIfMatches(
      String key, ObjectVersion expected, ObjectContent content) throws IOException {
    try {
      return write(key, content, matching(expected.value()));
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NO_OBJECT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private interface Upload {
    BlockBlobItem send(Map<String, String> metadata);
  }

  private Optional<StoredObject> write(
      String key, ObjectContent content, BlobRequestConditions conditions) throws IOException {
    BlockBlobClient blob = blob(key);
    if (content.size() > part) {
      List<String> blocks = blocks(key, blob, content);
      return write(
          key,
          content.size(),
          conditions,
          metadata ->
              blob.commitBlockListWithResponse(
                      new BlockBlobCommitBlockListOptions(blocks)
                          .setMetadata(metadata)
                          .setRequestConditions(conditions),
                      null,
                      Context.NONE)
                  .getValue());
    }
    byte[] bytes = ContentParts.whole(key, content);
    return write(
        key,
        bytes.length,
        conditions,
        metadata ->
            blob.uploadWithResponse(
                    new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(bytes))
                        .setMetadata(metadata)
                        .setRequestConditions(conditions),
                    null,
                    Context.NONE)
                .getValue());
  }

  private Optional<StoredObject> write(
      String key, long size, BlobRequestConditions conditions, Upload upload) throws IOException {
    String id = UUID.randomUUID().toString();
    Request<StoredObject> write =
        () -> {
          BlockBlobItem done = upload.send(Map.of(WRITE, id));
          return new StoredObject(
              key, size, done.getLastModified().toInstant(), AzureListing.version(done.getETag()));
        };
    Request<Optional<StoredObject>> mine =
        () ->
            properties(key)
                .filter(found -> id.equals(found.getMetadata().get(WRITE)))
                .map(found -> stored(key, found));
    return ANY.equals(conditions.getIfNoneMatch())
        ? requests.create(key, write, mine)
        : requests.replace(key, write, mine);
  }

  /** Blocks that nobody sees before they are committed; the store forgets others after a week. */
  private List<String> blocks(String key, BlockBlobClient blob, ObjectContent content)
      throws IOException {
    String upload = UUID.randomUUID().toString();
    int size = Math.toIntExact(Math.max(part, Math.ceilDiv(content.size(), (long) BLOCKS)));
    List<String> blocks = new ArrayList<>();
    try (ContentParts parts = new ContentParts(key, content)) {
      while (parts.hasNext()) {
        BinaryData bytes = BinaryData.fromBytes(parts.next(size));
        String id =
            Base64.getEncoder()
                .encodeToString(
                    "%s-%05d".formatted(upload, blocks.size()).getBytes(StandardCharsets.US_ASCII));
        requests.repeatable(
            key,
            () ->
                blob.stageBlockWithResponse(
                    new BlockBlobStageBlockOptions(id, bytes), null, Context.NONE));
        blocks.add(id);
      }
    }
    return blocks;
  }

  @Override
  public void delete(String key) throws IOException {
    BlockBlobClient blob = blob(key);
    try {
      requests.repeatable(
          key, () -> blob.deleteWithResponse(null, null, null, Context.NONE).getStatusCode());
    } catch (ObjectStoreException e) {
      if (e.kind() != Kind.NO_OBJECT) {
        throw e;
      }
    }
  }

  @Override
  public void check() throws IOException {
    new AzureListing(container, requests, "", "");
  }

  @Override
  public void close() {
    // the HTTP client is the process's
  }
}
