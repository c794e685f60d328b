package dev.epoch.storage.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.testing.CuttingProxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite, and what goes wrong between a process and a store that is another one. */
@Timeout(180)
public abstract class AbstractRemoteObjectStoreTests extends AbstractObjectStoreTests {
  protected static final String NO_BUCKET = "epoch-no-such-bucket";

  /** Another client of the store that is open, with some settings changed. */
  protected abstract ObjectStore with(Map<String, String> changes) throws Exception;

  /** Where the server is. */
  protected abstract URI endpoint();

  /** Settings to reach the server at another address. */
  protected abstract Map<String, String> at(URI endpoint);

  /** Settings with which the server lets nobody in. */
  protected abstract List<Map<String, String>> wrongCredentials();

  /** Settings of {@link #NO_BUCKET}. */
  protected abstract Map<String, String> noBucket();

  /** How the store answers when it is overloaded. */
  protected abstract Refusal slowDown();

  /** The method of requests that write small objects. */
  protected String writes() {
    return "PUT";
  }

  /** An answer. */
  public record Refusal(int status, String type, String body) {}

  private void refuse(CuttingProxy proxy, String method, int count) {
    Refusal refusal = slowDown();
    proxy.refuse(method, count, refusal.status(), refusal.type(), refusal.body());
  }

  protected static ObjectContent bytes(int count, int seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return ObjectContent.of(bytes);
  }

  protected static ObjectContent text(String text) {
    return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8));
  }

  protected static void fails(Kind kind, String message, ThrowingRun run) {
    assertThatThrownBy(run::run)
        .isInstanceOfSatisfying(
            ObjectStoreException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e).hasMessageContaining(message);
            });
  }

  protected interface ThrowingRun {
    void run() throws Exception;
  }

  // ---- what goes wrong

  @Test
  void wrongCredentialsAreSaid() throws Exception {
    for (Map<String, String> wrong : wrongCredentials()) {
      try (ObjectStore denied = with(wrong)) {
        fails(Kind.DENIED, "credentials", denied::check);
        fails(Kind.DENIED, "credentials", () -> denied.putIfAbsent("a", text("x")));
        fails(Kind.DENIED, "credentials", () -> denied.read("a", 0, 1));
        fails(Kind.DENIED, "credentials", () -> denied.find("a"));
      }
    }
  }

  @Test
  void aBucketThatIsNotThereIsSaid() throws Exception {
    ObjectVersion version = store.put("a", text("x")).version();
    try (ObjectStore none = with(noBucket())) {
      fails(Kind.NO_STORE, NO_BUCKET, none::check);
      fails(Kind.NO_STORE, NO_BUCKET, () -> none.find("a"));
      fails(Kind.NO_STORE, NO_BUCKET, () -> none.put("a", text("x")));
      fails(Kind.NO_STORE, NO_BUCKET, () -> none.putIfMatches("a", version, text("x")));
      fails(Kind.NO_STORE, NO_BUCKET, () -> none.list("", "").hasNext());
    }
  }

  @Test
  void aStoreThatIsAwayIsSaid() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (ObjectStore away = with(at(URI.create("http://127.0.0.1:" + port)))) {
      fails(Kind.UNAVAILABLE, "did not answer", () -> away.putIfAbsent("a", text("x")));
    }
  }

  @Test
  void aStoreThatAsksToComeAgainIsAskedAgain() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(endpoint());
        ObjectStore through = with(at(proxy.uri()))) {
      refuse(proxy, writes(), 2);
      assertThat(through.putIfAbsent("a", text("one"))).isPresent();
      assertThat(proxy.left()).isZero();

      refuse(proxy, "GET", 2);
      assertThat(through.read("a", 0, 3)).asString(StandardCharsets.UTF_8).isEqualTo("one");
      assertThat(proxy.left()).isZero();

      refuse(proxy, writes(), 1_000);
      fails(Kind.UNAVAILABLE, "asks to come again", () -> through.putIfAbsent("b", text("x")));
    }
    assertThat(store.find("b")).isEmpty();
  }

  @Test
  void aWriteWhoseAnswerIsLostIsKnownAsItsOwn() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(endpoint());
        ObjectStore through = with(at(proxy.uri()))) {
      proxy.loseAnswers(writes(), 1);
      Optional<StoredObject> first = through.putIfAbsent("a", text("one"));
      assertThat(proxy.left()).isZero();
      assertThat(first).isPresent();

      proxy.loseAnswers(writes(), 1);
      assertThat(through.putIfAbsent("a", text("two"))).isEmpty();

      proxy.loseAnswers(writes(), 1);
      Optional<StoredObject> second =
          through.putIfMatches("a", first.get().version(), text("three"));
      assertThat(second).isPresent();
      assertThat(store.find("a").orElseThrow().version()).isEqualTo(second.get().version());

      proxy.loseAnswers(writes(), 1);
      fails(
          Kind.IN_DOUBT,
          "not known",
          () -> through.putIfMatches("a", first.get().version(), text("two")));
    }
  }
}
