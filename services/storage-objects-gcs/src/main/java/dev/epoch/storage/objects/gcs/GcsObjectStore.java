package dev.epoch.storage.objects.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.Storage.CopyRequest;
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
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Objects of a bucket of Google Cloud Storage. Versions are generations. Each write carries an id
 * of its own as metadata, by which it is known again when its answer is lost.
 */
final class GcsObjectStore implements ObjectStore {
  private static final String WRITE = "epoch-write";

  private final Storage client;
  private final Storage uploads;
  private final String bucket;
  private final Requests requests;
  private final int part;
  private volatile boolean bucketSeen;

  /**
   * @param client repeats no request
   * @param uploads repeats parts of resumable uploads, which know what they have got
   * @param part bytes of a part; what is larger is uploaded in parts
   */
  GcsObjectStore(Storage client, Storage uploads, String bucket, Requests requests, int part) {
    this.client = client;
    this.uploads = uploads;
    this.bucket = bucket;
    this.requests = requests;
    this.part = part;
  }

  private BlobId id(String key) {
    return BlobId.of(bucket, ObjectKey.require(key));
  }

  // ---- reading

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return blob(key).map(GcsListing::stored);
  }

  private Optional<Blob> blob(String key) throws IOException {
    BlobId id = id(key);
    Optional<Blob> found = requests.repeatable(key, () -> Optional.ofNullable(client.get(id)));
    if (found.isEmpty()) {
      requireBucket();
    }
    bucketSeen = true;
    return found;
  }

  /** The library does not tell a missing object from a missing bucket. */
  private void requireBucket() throws IOException {
    if (!bucketSeen) {
      check();
    }
  }

  private StoredObject required(String key) throws IOException {
    return find(key)
        .orElseThrow(
            () -> new ObjectStoreException(Kind.NO_OBJECT, "There is no object " + key, null));
  }

  @Override
  public byte[] read(String key, long from, int length) throws IOException {
    StoredObject found = required(key);
    int count = (int) Math.max(0, Math.min(length, found.size() - from));
    return range(key, from, count, found.version().value());
  }

  @Override
  public InputStream open(String key) throws IOException {
    StoredObject found = required(key);
    return new ChunkedInputStream((from, version) -> {
      int length = (int) Math.min(ChunkedInputStream.CHUNK, found.size() - from);
      String generation = found.version().value();
      return new Chunk(range(key, from, length, generation), found.size(), generation);
    });
  }

  private byte[] range(String key, long from, int length, String generation) throws IOException {
    if (length == 0) {
      return new byte[0];
    }
    BlobId id = id(key);
    return requests.repeatable(
        key,
        () -> {
          ByteBuffer bytes = ByteBuffer.allocate(length);
          try (ReadChannel channel =
              client.reader(id, BlobSourceOption.generationMatch(Long.parseLong(generation)))) {
            channel.setChunkSize(0);
            channel.seek(from);
            channel.limit(from + length);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
              // until all are there
            }
          }
          if (bytes.hasRemaining()) {
            throw new IOException("an answer ended early");
          }
          return bytes.array();
        });
  }

  @Override
  public Iterator<StoredObject> list(String prefix, String after) throws IOException {
    return new GcsListing(client, bucket, requests, prefix, after);
  }

  // ---- writing

  /** What must be there before a write: a generation, 0 for nothing, null for anything. */
  private record Condition(Long generation) {
    static final Condition NONE = new Condition(null);
    static final Condition ABSENT = new Condition(0L);

    BlobTargetOption[] target() {
      return generation == null
          ? new BlobTargetOption[0]
          : new BlobTargetOption[] {BlobTargetOption.generationMatch(generation)};
    }

    BlobWriteOption[] write() {
      return generation == null
          ? new BlobWriteOption[0]
          : new BlobWriteOption[] {BlobWriteOption.generationMatch(generation)};
    }
  }

  @Override
  public StoredObject put(String key, ObjectContent content) throws IOException {
    return write(key, content, Condition.NONE)
        .orElseThrow(() -> new IllegalStateException("no condition, and yet it failed: " + key));
  }

  @Override
  public Optional<StoredObject> putIfAbsent(String key, ObjectContent content) throws IOException {
    return write(key, content, Condition.ABSENT);
  }

  @Override
  public Optional<StoredObject> putIfMatches(
      String key, ObjectVersion expected, ObjectContent content) throws IOException {
    long generation;
    try {
      generation = Long.parseLong(expected.value());
    } catch (NumberFormatException notOfHere) {
      return Optional.empty();
    }
    // generation 0 stands for no object at all
    return generation <= 0 ? Optional.empty() : write(key, content, new Condition(generation));
  }

  private Optional<StoredObject> write(String key, ObjectContent content, Condition condition)
      throws IOException {
    String write = UUID.randomUUID().toString();
    BlobInfo info = BlobInfo.newBuilder(id(key)).setMetadata(Map.of(WRITE, write)).build();
    try {
      if (content.size() > part) {
        return inParts(key, write, info, content, condition);
      }
      byte[] bytes = ContentParts.whole(key, content);
      return send(
          key,
          write,
          condition,
          () -> GcsListing.stored(client.create(info, bytes, condition.target())));
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NO_OBJECT) {
        check();
      }
      throw e;
    }
  }

  private Optional<StoredObject> send(
      String key, String write, Condition condition, Request<StoredObject> request)
      throws IOException {
    Request<Optional<StoredObject>> mine =
        () ->
            blob(key)
                .filter(found -> found.getMetadata() != null)
                .filter(found -> write.equals(found.getMetadata().get(WRITE)))
                .map(GcsListing::stored);
    return condition == Condition.ABSENT
        ? requests.create(key, request, mine)
        : requests.replace(key, request, mine);
  }

  /**
   * A resumable upload: it becomes an object when it is closed, and is forgotten if it never is.
   */
  private Optional<StoredObject> inParts(
      String key, String write, BlobInfo info, ObjectContent content, Condition condition)
      throws IOException {
    AtomicReference<IOException> broken = new AtomicReference<>();
    try {
      return send(
          key,
          write,
          condition,
          () -> {
            WriteChannel channel = uploads.writer(info, condition.write());
            channel.setChunkSize(part);
            try (ContentParts parts = opened(key, content, broken)) {
              while (parts.hasNext()) {
                ByteBuffer bytes = ByteBuffer.wrap(next(parts, broken));
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              }
            }
            channel.close();
            return find(key)
                .orElseThrow(() -> new IOException("an object that was written is not there"));
          });
    } catch (ObjectStoreException e) {
      throw broken.get() == null ? e : broken.get();
    }
  }

  private static ContentParts opened(
      String key, ObjectContent content, AtomicReference<IOException> broken) throws IOException {
    try {
      return new ContentParts(key, content);
    } catch (IOException e) {
      throw broken(e, broken);
    }
  }

  private byte[] next(ContentParts parts, AtomicReference<IOException> broken) throws IOException {
    try {
      return parts.next(part);
    } catch (IOException e) {
      throw broken(e, broken);
    }
  }

  /** The content's own error ends the write, and goes to the caller as it is. */
  private static ObjectStoreException broken(IOException e, AtomicReference<IOException> broken) {
    broken.set(e);
    return new ObjectStoreException(Kind.INVALID, "The content could not be read", e);
  }

  @Override
  public void delete(String key) throws IOException {
    BlobId id = id(key);
    requests.repeatable(key, () -> client.delete(id));
  }

  @Override
  public StoredObject copy(String from, String to) throws IOException {
    BlobId target = id(to);
    StoredObject source = required(from);
    return requests.repeatable(
        from,
        () ->
            GcsListing.stored(
                client
                    .copy(
                        CopyRequest.newBuilder()
                            .setSource(id(from))
                            .setSourceOptions(
                                BlobSourceOption.generationMatch(
                                    Long.parseLong(source.version().value())))
                            .setTarget(target)
                            .build())
                    .getResult()));
  }

  @Override
  public void check() throws IOException {
    requests.repeatable("", () -> client.list(bucket, Storage.BlobListOption.pageSize(1)));
    bucketSeen = true;
  }

  @Override
  public void close() {
    // nothing of it stays open
  }
}
