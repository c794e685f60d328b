package dev.epoch.storage.objects.s3;

import static dev.epoch.storage.objects.s3.S3Client.await;

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
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.StorageClass;

/**
 * Objects of a bucket of S3, or of a store that is compatible with it and knows {@code
 * If-None-Match} and {@code If-Match} for writes, of parts too.
 *
 * <p>Versions are ETags. Each write carries an id of its own as metadata, by which it is known
 * again when its answer is lost.
 */
final class S3ObjectStore implements ObjectStore {
  /** Metadata with the id of a write. */
  static final String WRITE = "epoch-write";

  private final S3Client client;
  private final Requests requests;
  private final StorageClass storageClass;
  private final S3Sizes sizes;
  private volatile boolean bucketSeen;

  /**
   * @param storageClass of written objects; null for the bucket's
   */
  S3ObjectStore(S3Client client, Requests requests, StorageClass storageClass, S3Sizes sizes) {
    this.client = client;
    this.requests = requests;
    this.storageClass = storageClass;
    this.sizes = sizes;
  }

  // ---- reading

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return head(key).map(head -> stored(key, head));
  }

  private static StoredObject stored(String key, HeadObjectResponse head) {
    return new StoredObject(
        key, head.contentLength(), head.lastModified(), new ObjectVersion(head.eTag()));
  }

  private Optional<HeadObjectResponse> head(String key) throws IOException {
    ObjectKey.require(key);
    try {
      HeadObjectResponse head =
          requests.repeatable(
              key,
              () ->
                  await(
                      client
                          .sdk()
                          .headObject(request -> request.bucket(client.bucket()).key(key))));
      bucketSeen = true;
      return Optional.of(head);
    } catch (ObjectStoreException e) {
      if (e.kind() != Kind.NO_OBJECT) {
        throw e;
      }
      requireBucket();
      return Optional.empty();
    }
  }

  /** An answer about headers alone does not tell a missing object from a missing bucket. */
  private void requireBucket() throws IOException {
    if (!bucketSeen) {
      check();
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
    ObjectKey.require(key);
    return requests.repeatable(
        key,
        () -> {
          try {
            ResponseBytes<GetObjectResponse> got =
                await(
                    client
                        .sdk()
                        .getObject(
                            request ->
                                request
                                    .bucket(client.bucket())
                                    .key(key)
                                    .ifMatch(version)
                                    .range("bytes=%d-%d".formatted(from, from + length - 1)),
                            AsyncResponseTransformer.toBytes()));
            return new Chunk(
                got.asByteArrayUnsafe(), size(got.response(), from), got.response().eTag());
          } catch (S3Exception e) {
            if (e.statusCode() == 416) {
              return new Chunk(new byte[0], from, version);
            }
            throw e;
          }
        });
  }

  /** Of the whole object: {@code bytes 0-9/100}. */
  private static long size(GetObjectResponse got, long from) {
    String range = got.contentRange();
    return range == null
        ? from + got.contentLength()
        : Long.parseLong(range.substring(range.lastIndexOf('/') + 1));
  }

  @Override
  public Iterator<StoredObject> list(String prefix, String after) throws IOException {
    return new S3Listing(client, requests, prefix, after);
  }

  // ---- writing

  /** What must be there before a write; ETags as S3 has them, null for none. */
  private record Condition(String ifNoneMatch, String ifMatch) {
    static final Condition NONE = new Condition(null, null);
    static final Condition ABSENT = new Condition("*", null);
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
    try {
      return write(key, content, new Condition(null, expected.value()));
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NO_OBJECT) {
        requireBucket();
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<StoredObject> write(String key, ObjectContent content, Condition condition)
      throws IOException {
    ObjectKey.require(key);
    String id = UUID.randomUUID().toString();
    if (content.size() > sizes.whole()) {
      return inParts(
          key,
          id,
          content.size(),
          condition,
          parts -> parts.content(content, S3Multipart.partSize(content.size(), sizes.part())));
    }
    byte[] bytes = ContentParts.whole(key, content);
    return send(
        key,
        condition,
        () -> {
          PutObjectResponse done =
              await(
                  client
                      .sdk()
                      .putObject(
                          request ->
                              request
                                  .bucket(client.bucket())
                                  .key(key)
                                  .contentLength((long) bytes.length)
                                  .storageClass(storageClass)
                                  .metadata(Map.of(WRITE, id))
                                  .ifNoneMatch(condition.ifNoneMatch())
                                  .ifMatch(condition.ifMatch()),
                          AsyncRequestBody.fromBytesUnsafe(bytes)));
          return new StoredObject(
              key,
              bytes.length,
              S3Dates.of(done.sdkHttpResponse()),
              new ObjectVersion(done.eTag()));
        },
        () -> mine(key, id));
  }

  private Optional<StoredObject> send(
      String key,
      Condition condition,
      Request<StoredObject> write,
      Request<Optional<StoredObject>> mine)
      throws IOException {
    return condition == Condition.ABSENT
        ? requests.create(key, write, mine)
        : requests.replace(key, write, mine);
  }

  private Optional<StoredObject> mine(String key, String id) throws IOException {
    return head(key)
        .filter(head -> id.equals(head.metadata().get(WRITE)))
        .map(head -> stored(key, head));
  }

  private interface Parts {
    List<CompletedPart> upload(S3Multipart parts) throws IOException;
  }

  private Optional<StoredObject> inParts(
      String key, String id, long size, Condition condition, Parts source) throws IOException {
    CreateMultipartUploadResponse begun =
        requests.repeatable(
            key,
            () ->
                await(
                    client
                        .sdk()
                        .createMultipartUpload(request ->
                            request
                                .bucket(client.bucket())
                                .key(key)
                                .storageClass(storageClass)
                                .metadata(Map.of(WRITE, id)))));
    S3Multipart parts = new S3Multipart(client, requests, key, begun.uploadId());
    try {
      List<CompletedPart> uploaded = source.upload(parts);
      Optional<StoredObject> written =
          send(
              key,
              condition,
              () -> {
                CompleteMultipartUploadResponse done =
                    await(
                        client
                            .sdk()
                            .completeMultipartUpload(request ->
                                request
                                    .bucket(client.bucket())
                                    .key(key)
                                    .uploadId(begun.uploadId())
                                    .multipartUpload(all -> all.parts(uploaded))
                                    .ifNoneMatch(condition.ifNoneMatch())
                                    .ifMatch(condition.ifMatch())));
                return new StoredObject(
                    key, size, S3Dates.of(done.sdkHttpResponse()), new ObjectVersion(done.eTag()));
              },
              () -> mine(key, id));
      if (written.isEmpty()) {
        parts.abort(new IOException("the condition did not hold"));
      }
      return written;
    } catch (ObjectStoreException doubt) {
      if (doubt.kind() != Kind.IN_DOUBT) {
        parts.abort(doubt);
      }
      throw doubt;
    } catch (IOException | RuntimeException e) {
      parts.abort(e);
      throw e;
    }
  }

  @Override
  public void delete(String key) throws IOException {
    ObjectKey.require(key);
    try {
      requests.repeatable(
          key,
          () ->
              await(
                  client.sdk().deleteObject(request -> request.bucket(client.bucket()).key(key))));
    } catch (ObjectStoreException e) {
      if (e.kind() != Kind.NO_OBJECT) {
        throw e;
      }
    }
  }

  @Override
  public StoredObject copy(String from, String to) throws IOException {
    ObjectKey.require(to);
    StoredObject source =
        find(from)
            .orElseThrow(
                () -> new ObjectStoreException(Kind.NO_OBJECT, "There is no object " + from, null));
    if (source.size() > sizes.copied()) {
      long part = S3Multipart.partSize(source.size(), sizes.copied());
      return inParts(
              to,
              UUID.randomUUID().toString(),
              source.size(),
              Condition.NONE,
              parts -> parts.copyOf(from, source.version().value(), source.size(), part))
          .orElseThrow(() -> new IllegalStateException("no condition, and yet it failed: " + to));
    }
    CopyObjectResponse done =
        requests.repeatable(
            from,
            () ->
                await(
                    client
                        .sdk()
                        .copyObject(request ->
                            request
                                .sourceBucket(client.bucket())
                                .sourceKey(from)
                                .copySourceIfMatch(source.version().value())
                                .destinationBucket(client.bucket())
                                .destinationKey(to)
                                .storageClass(storageClass))));
    return new StoredObject(
        to,
        source.size(),
        done.copyObjectResult().lastModified(),
        new ObjectVersion(done.copyObjectResult().eTag()));
  }

  @Override
  public void check() throws IOException {
    requests.repeatable(
        "",
        () ->
            await(
                client.sdk().listObjectsV2(request -> request.bucket(client.bucket()).maxKeys(1))));
    bucketSeen = true;
  }

  @Override
  public void close() {
    client.close();
  }
}
