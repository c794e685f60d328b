package dev.epoch.storage.objects.s3;

import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.retry.Requests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Objects of a bucket, page by page. Objects whose keys end with a slash, which consoles make for
 * folders, are left out.
 */
final class S3Listing implements Iterator<StoredObject> {
  private final S3Client client;
  private final Requests requests;
  private final String prefix;
  private final String after;
  private Iterator<StoredObject> page;
  private String token;

  /** Reads the first page. */
  S3Listing(S3Client client, Requests requests, String prefix, String after) throws IOException {
    this.client = client;
    this.requests = requests;
    this.prefix = prefix;
    this.after = after;
    read();
  }

  private void read() throws IOException {
    ListObjectsV2Response read =
        requests.repeatable(
            "",
            () ->
                S3Client.await(
                    client
                        .sdk()
                        .listObjectsV2(request ->
                            request
                                .bucket(client.bucket())
                                .prefix(prefix.isEmpty() ? null : prefix)
                                .startAfter(after.isEmpty() || token != null ? null : after)
                                .continuationToken(token))));
    token = Boolean.TRUE.equals(read.isTruncated()) ? read.nextContinuationToken() : null;
    List<StoredObject> found =
        read.contents().stream()
            .filter(object -> !object.key().endsWith("/"))
            .map(object ->
                new StoredObject(
                    object.key(),
                    object.size(),
                    object.lastModified(),
                    new ObjectVersion(object.eTag())))
            .toList();
    page = found.iterator();
  }

  @Override
  public boolean hasNext() {
    while (!page.hasNext() && token != null) {
      try {
        read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return page.hasNext();
  }

  @Override
  public StoredObject next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.next();
  }
}
