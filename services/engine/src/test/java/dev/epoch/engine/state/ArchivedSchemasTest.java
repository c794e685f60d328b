package dev.epoch.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.model.commit.GraphSegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;

/** What is recorded of schemas far back is found without reading what lies between. */
class ArchivedSchemasTest {
  private static final Actor ANN = new Actor("ann", "Ann", "");
  private static final int COMMITS = 20 * GraphSegment.SIZE + 7;
  private static final CommitSchema TOLD = new CommitSchema(Map.of(), List.of("away"), false);

  private final List<Integer> read = new ArrayList<>();

  @Test
  void onlyTheSegmentOfTheRecordIsRead() {
    // given
    Commits commits = Commits.NONE;
    for (int number = 0; number < COMMITS; number++) {
      commits = commits.with(commit(number));
      if (number == 700) {
        commits = commits.with(id(number), TOLD, number + 1);
      }
    }
    List<CommitSegment> segments = commits.fullSegments();
    Commits archived =
        commits.archivedUpTo(
            COMMITS,
            number -> {
              read.add(number);
              return segments.get(number);
            });
    assertThat(archived.archivedSize()).isEqualTo(20 * GraphSegment.SIZE);

    // when
    String nearest = archived.nearestRecorded(id(COMMITS - 1), told -> true);

    // then
    assertThat(nearest).isEqualTo(id(700));
    assertThat(read).isSubsetOf(1, 2).hasSizeLessThanOrEqualTo(2);

    // when
    read.clear();

    // then
    assertThat(archived.schemas().get(id(700))).isEqualTo(TOLD);
    assertThat(archived.schemas().get(id(9_000))).isNull();
    assertThat(archived.schemas().keySet()).containsExactly(id(700));
    assertThat(archived.nearestRecorded(id(699), told -> true)).isNull();
    assertThat(read).isSubsetOf(1, 2);
  }

  private static CommitState commit(int number) {
    return new CommitState(
        id(number),
        number == 0 ? List.of() : List.of(id(number - 1)),
        ANN,
        ANN,
        "",
        Instant.EPOCH,
        number,
        number,
        List.of(),
        List.of(),
        HashTreePMap.empty());
  }

  private static String id(int number) {
    return Digest.of(("commit " + number).getBytes(StandardCharsets.UTF_8)).hex();
  }
}
