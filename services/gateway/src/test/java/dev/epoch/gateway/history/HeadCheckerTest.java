package dev.epoch.gateway.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.history.HeadHistory.Commit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Histories with planted bugs: the checker has to find each, and nothing where there is none.
 *
 * <pre>
 *   time      0   10   20   30   40   50   60   70   80   90   100
 *   main @c0      |-1: c1-|    |-2: c2-|       |-3: read c2-|
 *   side                  |-4: create c1-|           |-5: c3-|    |-6: delete-|
 * </pre>
 */
class HeadCheckerTest {
  private static final Head MAIN_0 = new Head("b1", "c0");
  private static final Head MAIN_1 = new Head("b1", "c1");
  private static final Head MAIN_2 = new Head("b1", "c2");
  private static final Head SIDE_1 = new Head("b2", "c1");
  private static final Head SIDE_3 = new Head("b2", "c3");

  /** A history that can be spoilt. */
  private static final class Recorded {
    final List<HeadOperation> operations = new ArrayList<>();
    final Map<String, Head> heads = new HashMap<>(Map.of("main", MAIN_2));
    final Map<String, Commit> commits =
        new HashMap<>(
            Map.of(
                "c1", new Commit(1, "c0"), "c2", new Commit(2, "c1"), "c3", new Commit(5, "c1")));

    Recorded() {
      operations.add(HeadOperation.write(1, "main", 10, 20, MAIN_0, MAIN_1, 1));
      operations.add(HeadOperation.write(2, "main", 30, 40, MAIN_1, MAIN_2, 3));
      operations.add(HeadOperation.read(3, "main", 50, 60, MAIN_2));
      operations.add(HeadOperation.write(4, "side", 20, 45, Head.ABSENT, SIDE_1, 2));
      operations.add(HeadOperation.write(5, "side", 65, 75, SIDE_1, SIDE_3, 4));
      operations.add(HeadOperation.write(6, "side", 80, 90, SIDE_3, Head.ABSENT, 5));
    }

    void add(HeadOperation operation) {
      operations.add(operation);
    }

    List<String> anomalies() {
      return HeadChecker.anomalies(
          new HeadHistory(Map.of("main", MAIN_0), operations, heads, commits));
    }
  }

  @Test
  void acceptsWhatALinearizableStoreMaySay() {
    Recorded recorded = new Recorded();
    recorded.add(HeadOperation.read(10, "main", 5, 12, MAIN_0));
    recorded.add(HeadOperation.read(11, "main", 5, 12, MAIN_1));
    recorded.add(HeadOperation.read(12, "side", 0, 44, Head.ABSENT));
    recorded.add(HeadOperation.read(13, "side", 85, 200, SIDE_3));
    recorded.add(HeadOperation.read(14, "side", 85, 200, Head.ABSENT));
    recorded.add(HeadOperation.refused(15, "main", 35, 200, MAIN_0, MAIN_1));
    recorded.add(HeadOperation.refused(16, "main", 35, 200, MAIN_2, null));
    assertThat(recorded.anomalies()).isEmpty();
  }

  static Stream<Arguments> bugs() {
    return Stream.of(
        bug(
            "lost update: two commits on one parent, both acknowledged",
            "won against",
            r -> {
              r.add(HeadOperation.write(7, "main", 50, 60, MAIN_1, new Head("b1", "c4"), 6));
              r.heads.put("main", new Head("b1", "c4"));
              r.commits.put("c4", new Commit(7, "c1"));
            }),
        bug(
            "double winner: the loser's commit stays aside",
            "won against",
            r -> {
              r.add(HeadOperation.write(7, "main", 30, 40, MAIN_1, new Head("b1", "c4"), 6));
              r.commits.put("c4", new Commit(7, "c1"));
            }),
        bug(
            "two creators of one name",
            "another branch under a name in use",
            r -> {
              r.add(HeadOperation.write(7, "side", 20, 50, null, new Head("b3", "c1"), 3));
            }),
        bug(
            "stale read",
            "had returned before",
            r -> r.add(HeadOperation.read(7, "main", 50, 60, MAIN_1))),
        bug(
            "a reader sees the head go back",
            "had returned before",
            r -> {
              r.add(HeadOperation.read(7, "main", 31, 32, MAIN_2));
              r.add(HeadOperation.read(8, "main", 33, 34, MAIN_1));
            }),
        bug(
            "a read of what comes later only",
            "had returned before",
            r -> r.add(HeadOperation.read(7, "main", 21, 25, MAIN_2))),
        bug(
            "a head that was never set",
            "never set",
            r -> r.add(HeadOperation.read(7, "main", 50, 60, new Head("b1", "c9")))),
        bug(
            "the head of another branch",
            "is a head of side",
            r -> r.add(HeadOperation.read(7, "main", 76, 79, SIDE_3))),
        bug(
            "effect of a refused command, seen by a reader",
            "never set",
            r -> {
              r.add(HeadOperation.refused(7, "main", 42, 44, MAIN_1, MAIN_2));
              r.add(HeadOperation.read(8, "main", 45, 46, new Head("b1", "c7")));
            }),
        bug(
            "effect of a refused command, found in the end",
            "was refused",
            r -> {
              r.add(HeadOperation.refused(7, "main", 42, 44, MAIN_1, MAIN_2));
              r.commits.put("c7", new Commit(7, "c2"));
            }),
        bug(
            "refused although nothing had moved",
            "was refused although",
            r -> r.add(HeadOperation.refused(7, "main", 50, 60, MAIN_2, MAIN_2))),
        bug(
            "refused with a head of the past",
            "had returned before",
            r -> r.add(HeadOperation.refused(7, "main", 50, 60, MAIN_0, MAIN_1))),
        bug(
            "order of the log against real time",
            "had returned before",
            r -> {
              r.operations.set(0, HeadOperation.write(1, "main", 30, 40, MAIN_0, MAIN_1, 1));
              r.operations.set(1, HeadOperation.write(2, "main", 10, 20, MAIN_1, MAIN_2, 3));
            }),
        bug(
            "acknowledged but missing: the commit",
            "is missing",
            r -> {
              r.commits.remove("c3");
            }),
        bug(
            "acknowledged but missing: the last move",
            "found is",
            r -> r.heads.put("main", MAIN_1)),
        bug("acknowledged but missing: the deletion", "found is", r -> r.heads.put("side", SIDE_3)),
        bug(
            "a deleted branch is still read",
            "had returned before",
            r -> r.add(HeadOperation.read(7, "side", 95, 99, SIDE_3))),
        bug(
            "no branch while there is one",
            "had returned before",
            r -> r.add(HeadOperation.read(7, "side", 46, 60, Head.ABSENT))),
        bug(
            "applied twice",
            "says it is of operation 2",
            r -> {
              r.commits.put("c8", new Commit(2, "c2"));
            }),
        bug(
            "another parent than told",
            "has parent",
            r -> {
              r.commits.put("c2", new Commit(2, "c0"));
            }));
  }

  private static Arguments bug(String name, String found, Consumer<Recorded> planted) {
    return Arguments.of(name, found, planted);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void findsThePlantedBug(String name, String found, Consumer<Recorded> planted) {
    // given
    Recorded recorded = new Recorded();

    // when
    planted.accept(recorded);

    // then
    assertThat(recorded.anomalies()).anySatisfy(said -> assertThat(said).contains(found));
  }
}
