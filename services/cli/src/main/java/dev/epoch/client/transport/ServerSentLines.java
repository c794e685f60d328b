package dev.epoch.client.transport;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The lines of a response, taken one at a time, with an end mark when no more will come. */
public final class ServerSentLines implements Flow.Subscriber<String> {

  /** Compared by identity: no line of a stream is this object. */
  public static final String END = new String("end");

  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private volatile Flow.Subscription subscription;

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(1);
  }

  @Override
  public void onNext(String line) {
    lines.add(line);
  }

  @Override
  public void onError(Throwable failure) {
    lines.add(END);
  }

  @Override
  public void onComplete() {
    lines.add(END);
  }

  /** The next line; the end mark when the stream has ended or was silent for too long. */
  public String next(Duration silence) throws InterruptedException {
    String line = lines.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
    if (line == null) {
      return END;
    }
    if (line != END && subscription != null) {
      subscription.request(1);
    }
    return line;
  }

  public void cancel() {
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
