package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Digest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChunkGroupsTest {
  private final List<Set<Digest>> stored = new ArrayList<>();
  private final List<UniEmitter<? super Void>> answers = new ArrayList<>();
  private final ChunkGroups groups =
      new ChunkGroups(chunks -> {
        stored.add(Set.copyOf(chunks.keySet()));
        return Uni.createFrom().emitter(answers::add);
      });

  @Test
  void whatComesMeanwhileIsStoredTogether() {
    var first = put("a");
    var second = put("b");
    var third = put("c", "b");
    assertThat(stored).containsExactly(Set.of(digest("a")));

    answers.removeFirst().complete(null);

    first.assertCompleted();
    second.assertNotTerminated();
    assertThat(stored).hasSize(2);
    assertThat(stored.getLast()).containsExactlyInAnyOrder(digest("b"), digest("c"));

    answers.removeFirst().complete(null);

    second.assertCompleted();
    third.assertCompleted();
    assertThat(stored).hasSize(2);
    put("d");
    assertThat(stored.getLast()).containsExactly(digest("d"));
  }

  @Test
  void aFailureIsTheGroupsAlone() {
    var first = put("a");
    var second = put("b");
    var third = put("c");

    answers.removeFirst().fail(new IllegalStateException("gone"));
    first.assertFailedWith(IllegalStateException.class, "gone");

    answers.removeFirst().complete(null);
    second.assertCompleted();
    third.assertCompleted();
  }

  private UniAssertSubscriber<Void> put(String... contents) {
    SortedMap<Digest, Compression> chunks = new TreeMap<>();
    for (String content : contents) {
      chunks.put(digest(content), Compression.of(content.getBytes(StandardCharsets.UTF_8)));
    }
    return groups.store(chunks).subscribe().withSubscriber(UniAssertSubscriber.create());
  }

  private static Digest digest(String content) {
    return Digest.of(content.getBytes(StandardCharsets.UTF_8));
  }
}
