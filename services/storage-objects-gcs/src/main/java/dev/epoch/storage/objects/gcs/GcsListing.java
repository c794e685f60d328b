package dev.epoch.storage.objects.gcs;

import com.google.api.gax.paging.Page;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobListOption;
import dev.epoch.storage.objects.ObjectKey;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.retry.Requests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Objects of a bucket, page by page. Objects whose names end with a slash are left out. */
final class GcsListing implements Iterator<StoredObject> {
  private static final int PAGE = 1_000;

  private final Requests requests;
  private final String after;
  private Page<Blob> page;
  private Iterator<StoredObject> found;

  /** Reads the first page. */
  GcsListing(Storage client, String bucket, Requests requests, String prefix, String after)
      throws IOException {
    this.requests = requests;
    this.after = after;
    List<BlobListOption> options = new ArrayList<>();
    options.add(BlobListOption.pageSize(PAGE));
    options.add(
        BlobListOption.fields(
            BlobField.NAME, BlobField.SIZE, BlobField.TIME_CREATED, BlobField.GENERATION));
    if (!prefix.isEmpty()) {
      options.add(BlobListOption.prefix(prefix));
    }
    if (!after.isEmpty() && ObjectKey.compare(after, prefix) > 0) {
      // inclusive
      options.add(BlobListOption.startOffset(after));
    }
    take(
        requests.repeatable("", () -> client.list(bucket, options.toArray(BlobListOption[]::new))));
  }

  private void take(Page<Blob> read) {
    page = read;
    List<StoredObject> all = new ArrayList<>();
    for (Blob blob : read.getValues()) {
      if (!blob.getName().endsWith("/") && ObjectKey.compare(blob.getName(), after) > 0) {
        all.add(stored(blob));
      }
    }
    found = all.iterator();
  }

  static StoredObject stored(Blob blob) {
    return new StoredObject(
        blob.getName(),
        blob.getSize(),
        blob.getCreateTimeOffsetDateTime().toInstant(),
        new ObjectVersion(String.valueOf(blob.getGeneration())));
  }

  @Override
  public boolean hasNext() {
    while (!found.hasNext() && page.hasNextPage()) {
      try {
        take(requests.repeatable("", page::getNextPage));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found.hasNext();
  }

  @Override
  public StoredObject next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return found.next();
  }
}
