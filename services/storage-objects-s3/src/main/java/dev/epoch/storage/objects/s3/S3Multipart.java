package dev.epoch.storage.objects.s3;

import static dev.epoch.storage.objects.s3.S3Client.await;

import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.retry.ContentParts;
import dev.epoch.storage.objects.retry.Requests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartCopyResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Parts of a large object, which nobody sees before they are completed. One part is in memory at a
 * time.
 */
final class S3Multipart {
  /** Most parts that S3 takes. */
  private static final int PARTS = 10_000;

  private final S3Client client;
  private final Requests requests;
  private final String key;
  private final String upload;

  S3Multipart(S3Client client, Requests requests, String key, String upload) {
    this.client = client;
    this.requests = requests;
    this.key = key;
    this.upload = upload;
  }

  /** Bytes of each part but the last. */
  static long partSize(long size, long least) {
    return Math.max(least, Math.ceilDiv(size, PARTS));
  }

  /** Uploads the content. */
  List<CompletedPart> content(ObjectContent content, long partSize) throws IOException {
    List<CompletedPart> parts = new ArrayList<>();
    try (ContentParts bytes = new ContentParts(key, content)) {
      while (bytes.hasNext()) {
        byte[] part = bytes.next(Math.toIntExact(partSize));
        int number = parts.size() + 1;
        UploadPartResponse done =
            requests.repeatable(
                key,
                () ->
                    await(
                        client
                            .sdk()
                            .uploadPart(
                                request ->
                                    request
                                        .bucket(client.bucket())
                                        .key(key)
                                        .uploadId(upload)
                                        .partNumber(number)
                                        .contentLength((long) part.length),
                                AsyncRequestBody.fromBytesUnsafe(part))));
        parts.add(
            CompletedPart.builder()
                .partNumber(number)
                .eTag(done.eTag())
                .checksumCRC32(done.checksumCRC32())
                .build());
      }
    }
    return parts;
  }

  /** Copies another object of the bucket, inside the store. */
  List<CompletedPart> copyOf(String from, String version, long size, long partSize)
      throws IOException {
    List<CompletedPart> parts = new ArrayList<>();
    for (long start = 0; start < size; start += partSize) {
      String range = "bytes=%d-%d".formatted(start, Math.min(size, start + partSize) - 1);
      int number = parts.size() + 1;
      UploadPartCopyResponse done =
          requests.repeatable(
              from,
              () ->
                  await(
                      client
                          .sdk()
                          .uploadPartCopy(request ->
                              request
                                  .sourceBucket(client.bucket())
                                  .sourceKey(from)
                                  .copySourceRange(range)
                                  .copySourceIfMatch(version)
                                  .destinationBucket(client.bucket())
                                  .destinationKey(key)
                                  .uploadId(upload)
                                  .partNumber(number))));
      parts.add(
          CompletedPart.builder()
              .partNumber(number)
              .eTag(done.copyPartResult().eTag())
              .checksumCRC32(done.copyPartResult().checksumCRC32())
              .build());
    }
    return parts;
  }

  /** Gives up; parts that stay behind because the store is away cost space, and are not seen. */
  void abort(Throwable reason) {
    try {
      requests.repeatable(
          key,
          () ->
              await(
                  client
                      .sdk()
                      .abortMultipartUpload(
                          request -> request.bucket(client.bucket()).key(key).uploadId(upload))));
    } catch (IOException notAborted) {
      reason.addSuppressed(notAborted);
    }
  }
}
