package dev.epoch.storage.objects.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.retry.Fault.Outcome;
import dev.epoch.storage.objects.retry.Requests.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestsTest {
  private final Requests requests =
      new Requests(3, Duration.ofMillis(1), Duration.ofMillis(2), RequestsTest::fault);

  private static final class Answer extends Exception {
    private static final long serialVersionUID = 1;
    private final Outcome outcome;

    Answer(Outcome outcome) {
      this.outcome = outcome;
    }
  }

  private static Fault fault(String key, Exception failure) {
    Outcome outcome = ((Answer) failure).outcome;
    return new Fault(
        outcome, new ObjectStoreException(Kind.UNAVAILABLE, key + " " + outcome, failure));
  }

  /** Answers in turn; null is a success. */
  private static Request<String> answers(Outcome... outcomes) {
    Deque<Optional<Outcome>> left = new ArrayDeque<>();
    for (Outcome outcome : outcomes) {
      left.add(Optional.ofNullable(outcome));
    }
    return () -> {
      Optional<Outcome> next = left.remove();
      if (next.isPresent()) {
        throw new Answer(next.get());
      }
      return "done";
    };
  }

  private static Request<Optional<String>> found(String value) {
    return () -> Optional.ofNullable(value);
  }

  private static void fails(Kind kind, Request<?> request) {
    assertThatThrownBy(request::send)
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void whatMayWorkLaterIsSentAgain() throws IOException {
    assertThat(requests.<String>repeatable("a", answers(Outcome.NOT_DONE, Outcome.UNKNOWN, null)))
        .isEqualTo("done");
    assertThat(
            requests.replace("a", answers(Outcome.NOT_DONE, Outcome.NOT_DONE, null), found(null)))
        .contains("done");
  }

  @Test
  void notForEver() {
    Outcome later = Outcome.NOT_DONE;
    fails(Kind.UNAVAILABLE, () -> requests.repeatable("a", answers(later, later, later, null)));
    fails(
        Kind.UNAVAILABLE,
        () -> requests.replace("a", answers(later, later, later, null), found("mine")));
  }

  @Test
  void whatIsRefusedIsNotSentAgain() {
    fails(Kind.UNAVAILABLE, () -> requests.repeatable("a", answers(Outcome.REFUSED, null)));
    fails(
        Kind.UNAVAILABLE, () -> requests.replace("a", answers(Outcome.REFUSED, null), found("x")));
  }

  @Test
  void aConditionThatDoesNotHoldIsNoError() throws IOException {
    for (Request<String> request :
        List.of(answers(Outcome.CONDITION), answers(Outcome.NOT_DONE, Outcome.CONDITION))) {
      assertThat(requests.replace("a", request, found("another's"))).isEmpty();
    }
  }

  @Test
  void aWriteWhoseAnswerWasLostIsKnownAsItsOwn() throws IOException {
    assertThat(requests.replace("a", answers(Outcome.UNKNOWN, Outcome.CONDITION), found("mine")))
        .contains("mine");
    assertThat(
            requests.replace(
                "a", answers(Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.UNKNOWN), found("mine")))
        .contains("mine");
  }

  @Test
  void whereNobodyReplacesObjectsAnotherOneIsTheWinner() throws IOException {
    assertThat(requests.create("a", answers(Outcome.UNKNOWN, Outcome.CONDITION), found(null)))
        .isEmpty();
    assertThat(requests.create("a", answers(Outcome.UNKNOWN, Outcome.CONDITION), found("mine")))
        .contains("mine");
    fails(
        Kind.IN_DOUBT,
        () -> requests.create("a", answers(Outcome.UNKNOWN, Outcome.REFUSED), found(null)));
  }

  @Test
  void whatNobodyKnowsIsSaid() {
    fails(
        Kind.IN_DOUBT,
        () -> requests.replace("a", answers(Outcome.UNKNOWN, Outcome.CONDITION), found(null)));
    fails(
        Kind.IN_DOUBT,
        () -> requests.replace("a", answers(Outcome.UNKNOWN, Outcome.REFUSED), found(null)));
    fails(
        Kind.IN_DOUBT,
        () ->
            requests.replace(
                "a",
                answers(Outcome.UNKNOWN, Outcome.NOT_DONE, Outcome.NOT_DONE),
                () -> {
                  throw new IOException("away");
                }));
  }
}
