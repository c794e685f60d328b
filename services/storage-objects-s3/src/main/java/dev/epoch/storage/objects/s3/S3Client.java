package dev.epoch.storage.objects.s3;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The SDK's client, waited for.
 *
 * @param closed what ends after it
 */
record S3Client(S3AsyncClient sdk, String bucket, List<SdkAutoCloseable> closed)
    implements AutoCloseable {

  /** The outcome of a request; interrupting the thread cancels it. */
  static <T> T await(CompletableFuture<T> request) throws Exception {
    try {
      return request.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (InterruptedException e) {
      request.cancel(true);
      Thread.currentThread().interrupt();
      throw e;
    }
  }

  @Override
  public void close() {
    sdk.close();
    closed.forEach(SdkAutoCloseable::close);
  }
}
