package dev.epoch.storage.objects.azure;

import com.azure.core.http.rest.PagedResponse;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.ListBlobsOptions;
import dev.epoch.storage.objects.ObjectKey;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import dev.epoch.storage.objects.retry.Requests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Blobs of a container, page by page. Folders of a hierarchical namespace are left out. */
final class AzureListing implements Iterator<StoredObject> {
  private static final int PAGE = 1_000;

  private final BlobContainerClient container;
  private final Requests requests;
  private final String prefix;
  private final String after;
  private Iterator<StoredObject> page;
  private String token;

  /** Reads the first page. */
  AzureListing(BlobContainerClient container, Requests requests, String prefix, String after)
      throws IOException {
    this.container = container;
    this.requests = requests;
    this.prefix = prefix;
    this.after = after;
    read();
  }

  private void read() throws IOException {
    ListBlobsOptions options =
        new ListBlobsOptions()
            .setPrefix(prefix.isEmpty() ? null : prefix)
            .setDetails(new BlobListDetails().setRetrieveMetadata(true))
            .setMaxResultsPerPage(PAGE);
    if (!after.isEmpty() && ObjectKey.compare(after, prefix) > 0) {
      // inclusive, and stores of before 2026 do not know it
      options.setStartFrom(after);
    }
    PagedResponse<BlobItem> read =
        requests.repeatable(
            "", () -> container.listBlobs(options, token, null).iterableByPage().iterator().next());
    token = read.getContinuationToken();
    page =
        read.getValue().stream()
            .filter(AzureListing::isObject)
            .filter(item -> ObjectKey.compare(item.getName(), after) > 0)
            .map(AzureListing::stored)
            .iterator();
  }

  private static boolean isObject(BlobItem item) {
    boolean folder =
        item.getMetadata() != null && "true".equals(item.getMetadata().get("hdi_isfolder"));
    return !folder && !Boolean.TRUE.equals(item.isPrefix()) && !item.getName().endsWith("/");
  }

  private static StoredObject stored(BlobItem item) {
    return new StoredObject(
        item.getName(),
        item.getProperties().getContentLength(),
        item.getProperties().getLastModified().toInstant(),
        version(item.getProperties().getETag()));
  }

  /** Listings have ETags without quotation marks, headers with. */
  static ObjectVersion version(String etag) {
    return new ObjectVersion(etag.replace("\"", ""));
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
