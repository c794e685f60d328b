package dev.epoch.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HistoryGraphTest {

  /** {@code "m: a b"} is a commit m with the parents a and b. */
  private static String draw(String... commits) {
    List<HistoryGraph.Node> nodes =
        Stream.of(commits)
            .map(commit -> {
              String[] parts = commit.split(":");
              List<String> parents =
                  parts.length == 1 ? List.of() : List.of(parts[1].strip().split(" "));
              return new HistoryGraph.Node(parts[0], parents, List.of(parts[0]));
            })
            .toList();
    return String.join("\n", HistoryGraph.draw(nodes)) + "\n";
  }

  @Test
  void aLine() {
    assertThat(draw("c: b", "b: a", "a")).isEqualTo("* c\n* b\n* a\n");
  }

  @Test
  void aMerge() {
    assertThat(draw("m: o t", "t: b", "o: b", "b"))
        .isEqualTo(
            """
            *   m
            |\\
            | * t
            * | o
            |/
            * b
            """);
  }

  @Test
  void twoHeads() {
    assertThat(draw("x: b", "y: b", "b: a", "a"))
        .isEqualTo(
            """
            * x
            | * y
            |/
            * b
            * a
            """);
  }

  @Test
  void threeHeadsOfOneCommit() {
    assertThat(draw("x: b", "y: b", "z: b", "b"))
        .isEqualTo(
            """
            * x
            | * y
            |/
            | * z
            |/
            * b
            """);
  }

  @Test
  void lanesThatAreNotNeighbours() {
    assertThat(draw("x: b", "y: c", "z: b", "c: b", "b"))
        .isEqualTo(
            """
            * x
            | * y
            | | * z
            | |/
            |/|
            | * c
            |/
            * b
            """);
  }

  @Test
  void lanesFarApart() {
    assertThat(draw("x: b", "y: c", "w: d", "z: b", "d: b", "c: b", "b"))
        .isEqualTo(
            """
            * x
            | * y
            | | * w
            | | | * z
            | |_|/
            |/| |
            | | * d
            | |/
            |/|
            | * c
            |/
            * b
            """);
  }

  @Test
  void aMergeMovesLanesAside() {
    assertThat(draw("m: a b", "n: c", "b: c", "a: c", "c"))
        .isEqualTo(
            """
            *   m
            |\\
            | | * n
            | * | b
            | |/
            * | a
            |/
            * c
            """);
  }

  @Test
  void aMergeToTheLeftOfAnotherLane() {
    assertThat(draw("x: r", "y: r", "r", "q"))
        .isEqualTo(
            """
            * x
            | * y
            |/
            * r
            * q
            """);
    assertThat(draw("m: o t", "k: o", "t: o", "o"))
        .isEqualTo(
            """
            *   m
            |\\
            | | * k
            | |/
            |/|
            | * t
            |/
            * o
            """);
  }

  @Test
  void aRootAmongOtherLanes() {
    assertThat(draw("a: c", "b", "c"))
        .isEqualTo(
            """
            * a
            | * b
            * c
            """);
    assertThat(draw("b: x", "a: c", "x", "c"))
        .isEqualTo(
            """
            * b
            | * a
            * | x
             /
            * c
            """);
  }

  @Test
  void parentsThatAreNotDrawnLeaveTheirLaneOpen() {
    assertThat(draw("m: o t", "t: q"))
        .isEqualTo(
            """
            *   m
            |\\
            | * t
            """);
  }
}
