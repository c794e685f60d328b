package dev.epoch.client.transport;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** A body that goes on flowing after the response was handed over: it counts as read at once. */
public final class StreamedBody implements HttpResponse.BodySubscriber<String> {

  private final HttpResponse.BodySubscriber<String> lines;

  public StreamedBody(HttpResponse.BodySubscriber<String> lines) {
    this.lines = lines;
  }

  @Override
  public CompletionStage<String> getBody() {
    return CompletableFuture.completedFuture("");
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    lines.onSubscribe(subscription);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    lines.onNext(buffers);
  }

  @Override
  public void onError(Throwable failure) {
    lines.onError(failure);
  }

  @Override
  public void onComplete() {
    lines.onComplete();
  }
}
